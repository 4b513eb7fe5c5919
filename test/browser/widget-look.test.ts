import { describe, expect, test } from "vitest";
import { browserNames, useBrowser } from "./browsers.js";
import { useWidgetPages } from "./support/open-widget.js";

const openWidget = useWidgetPages();

/** What every page of these tests has besides its explorer. */
const helpers = `
  document.body.style.margin = "0";
  globalThis.all = (selector) => [...el.shadowRoot.querySelectorAll(selector)];
  globalThis.box = (selector) => all(selector)[0]?.getBoundingClientRect();
`;

describe.each(browserNames)("%s", (name) => {
  const browser = useBrowser(name);

  test("aligns the dots of durations with the bars of their times, even while a trace runs", async (context) => {
    const page = await openWidget(
      await browser(context),
      `const traces = [0, 10_000, 20_000, 60_000].map((startMs, i) =>
         page.aTrace([page.aSpan({ trace: i + 1, startMs, endMs: startMs + 900, open: i === 3 })]));
       globalThis.el = page.show(traces); document.body.append(el); ${helpers}`,
    );
    await page.waitFor(`all(".strip-bars").length === 2`);
    // The first drawing may precede the counting of the times.
    await page.waitFor(`(() => {
      const frame = box(".timeline-strip svg");
      const wholeMs = all(".timeline-strip svg")[0].viewBox.baseVal.width;
      const figureLeft = box(".plot-figure").left;
      const dots = all(".dots path").flatMap((path) => [...path.getAttribute("d").matchAll(/M([\\d.]+)/g)])
        .map(([, x]) => figureLeft + Number(x)).sort((a, b) => a - b);
      const expected = [0, 10_000, 20_000].map((ms) => frame.left + (ms / wholeMs) * frame.width);
      return dots.length === 3 && dots.every((x, i) => Math.abs(x - expected[i]) < 1.5);
    })()`);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("keeps the trace that an address names in sight in the list, with the list's head in two lines", async (context) => {
    const page = await openWidget(
      await browser(context),
      `const traces = Array.from({ length: 40 }, (_, i) =>
         page.aTrace([page.aSpan({ trace: i + 1, startMs: i * 1000, sessionId: "s" })]));
       globalThis.el = page.show(traces, { state: { traceId: traces[3].info.traceId } });
       el.style.height = "700px";
       document.body.append(el); ${helpers}`,
    );
    await page.setSize(1280, 720);
    await page.waitFor(`all(".plot-figure").length > 0 && all(".strip-bars").length === 2`);
    const isInSight = `(() => {
      const [row, list] = [box(".list-pane [aria-current=true]"), box(".list-pane .scroller")];
      return row && row.top >= list.top && row.bottom <= list.bottom + 1;
    })()`;
    await page.waitFor(isInSight);
    expect(await page.evaluate(`box(".list-head .pane-title").bottom > box(".head-tools").top`)).toBe(true);
    expect(await page.evaluate(`box(".list-head .count").right <= box(".head-tools .choice").left`)).toBe(
      true,
    );
    // What comes and goes above the list takes from its height.
    await page.evaluate(`all('[aria-label="Hide the plots"]')[0].click()`);
    await page.waitFor(`all(".plot-figure").length === 0`);
    await page.evaluate(`all(".list-pane .scroller")[0].scrollTop = 0`);
    await page.evaluate(
      `(() => { const list = all(".list-pane .scroller")[0]; list.scrollTop = 37 * 50 - list.clientHeight; })()`,
    );
    await page.waitFor(isInSight);
    await page.evaluate(`all('[aria-label="Show the plots"]')[0].click()`);
    await page.waitFor(`all(".plot-figure").length > 0`);
    await page.waitFor(isInSight);
    if (name === "chromium") {
      // Elsewhere a choice is as wide as the longest.
      await page.evaluate(`(el.state = { ...el.state, groupBy: "session" })`);
      await page.waitFor(`all(".head-tools .choice.chosen").length === 1`);
      const isWhole = `all(".head-tools .choice").map((choice) => {
        const { width } = choice.getBoundingClientRect();
        choice.style.cssText = "flex: none; max-width: none";
        const isWhole = choice.getBoundingClientRect().width <= width;
        choice.style.cssText = "";
        return isWhole;
      })`;
      expect(await page.evaluate(isWhole)).toEqual([true, true]);
    }
    await page.close();
  });

  test("fits a trace's id in one line and a scale over narrow bars, at 800 pixels", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.el = page.show(page.aTrace([page.aSpan({ endMs: 4210 })]));
       el.style.height = "560px"; document.body.append(el); ${helpers}`,
    );
    await page.setSize(800, 560);
    await page.waitFor(`all(".fact-pair.whole").length === 1`);
    await page.waitFor(`all(".axis .tick").map((tick) => tick.textContent).join() === "0,2 s,"`);
    expect(await page.evaluate(`box(".fact-pair.whole").height < 30`)).toBe(true);
    await page.close();
  });

  test("compares at 360 pixels with all differences aligned on the left", async (context) => {
    const page = await openWidget(
      await browser(context),
      `const spans = (trace, slower) => page.aTrace([[1, 4210], [2, 685], [3, 65_000]].map(([id, ms]) =>
         page.aSpan({ trace, id, ...(id > 1 && { parent: 1 }), endMs: ms + slower })));
       const traces = [spans(1, 0), spans(2, 7)];
       const [beforeId, afterId] = traces.map(({ info }) => info.traceId);
       globalThis.el = page.show(traces, { state: { compare: { beforeId, afterId } } });
       el.style.height = "600px"; document.body.append(el); ${helpers}`,
    );
    await page.setSize(360, 600);
    await page.waitFor(`all(".narrow .delta").length === 3`);
    expect(
      await page.evaluate(`new Set(all(".delta").map((cell) => cell.getBoundingClientRect().left)).size`),
    ).toBe(1);
    expect(
      await page.evaluate(
        `all(".compare-row .number").every((cell) => cell.scrollWidth <= cell.clientWidth + 1)`,
      ),
    ).toBe(true);
    await page.close();
  });

  test("compares beside the details with durations clear of their differences, at 800 pixels", async (context) => {
    const page = await openWidget(
      await browser(context),
      `const [first, second] = [1, 2].map((trace) => page.aTrace([
         page.aSpan({ trace, endMs: trace * 64_000 }), page.aSpan({ trace, id: 2, parent: 1, endMs: trace * 71.5 })]));
       const compare = { beforeId: first.info.traceId, afterId: second.info.traceId };
       globalThis.el = page.show([first, second], { state: { compare } });
       el.style.height = "560px"; document.body.append(el); ${helpers}`,
    );
    await page.setSize(800, 560);
    await page.waitFor(`all(".compare-row").length === 2`);
    await page.evaluate(`all(".compare-row")[1].click()`);
    await page.waitFor(`all(".compare-details").length === 1`);
    expect(
      await page.evaluate(`all(".compare-row").every((row) => {
        const after = [...row.querySelectorAll(".number")].at(-1).getBoundingClientRect();
        return row.querySelector(".delta-text").getBoundingClientRect().left >= after.right;
      })`),
    ).toBe(true);
    await page.close();
  });

  test("shows a span's model if enough of it can be read", async (context) => {
    const page = await openWidget(
      await browser(context),
      `const spans = ["chat", "openai.chat.completions.create"].map((name, i) =>
         page.aSpan({ id: i + 1, ...(i && { parent: 1 }), name, model: "gpt-5.2" }));
       globalThis.el = page.show(page.aTrace(spans)); document.body.append(el); ${helpers}`,
    );
    await page.setSize(900, 560);
    await page.waitFor(`all(".aside > span").length === 2`);
    const clips = `all(".aside > span").map((model) => getComputedStyle(model).clipPath)`;
    expect(await page.evaluate(clips)).toEqual(["none", "inset(50%)"]);
    await page.close();
  });

  test("says in one line what failed, however long the names are", async (context) => {
    const page = await openWidget(
      await browser(context),
      `const fields = { status: { code: 2, message: "no answer" } };
       globalThis.el = page.show(page.aTrace([page.aSpan({ name: "com.example.Bean".repeat(20), fields })]));
       document.body.append(el); ${helpers}`,
    );
    await page.waitFor(`all(".failure-head .link").length === 1`);
    expect(await page.evaluate(`box(".failure-head").height < 40`)).toBe(true);
    expect(await page.evaluate(`box(".failure-head .link").right <= box(".failure-head .copy").left`)).toBe(
      true,
    );
    await page.close();
  });

  test("lays out right-to-left text from the right", async (context) => {
    const page = await openWidget(
      await browser(context),
      `const asked = "מה השעה? now";
       const traces = [1, 2].map((trace) => page.aTrace([page.aSpan({ trace, inputs: asked, outputs: "- אחת\\n- שתיים" })],
         { requestPreview: asked, responsePreview: "- אחת\\n- שתיים" }));
       globalThis.el = page.show(traces); document.body.append(el); ${helpers}
       globalThis.placeOf = (node, letter) => {
         const range = document.createRange();
         const at = node.data.indexOf(letter);
         range.setStart(node, at);
         range.setEnd(node, at + 1);
         return range.getBoundingClientRect();
       };`,
    );
    await page.waitFor(`all(".cell-request").length > 1`);
    const text = `all(".trace-row .cell-request, .trace-card .cell-request")[0].firstChild`;
    expect(await page.evaluate(`placeOf(${text}, "n").left < placeOf(${text}, "מ").left`)).toBe(true);
    expect(await page.evaluate(`placeOf(${text}, "n").left - box(".trace-row .cell-request").left < 2`)).toBe(
      true,
    );
    await page.evaluate(`page.rows(el)[0].click()`);
    await page.waitFor(`all(".markdown ul").length > 0`);
    expect(await page.evaluate(`getComputedStyle(all(".markdown ul")[0]).direction`)).toBe("rtl");
    await page.close();
  });

  test("lists the only trace beside a selected one that is not there", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.el = page.show(page.demoTraces().slice(0, 1), { state: { traceId: "f".repeat(32) } });
       document.body.append(el); ${helpers}`,
    );
    await page.waitFor(`page.text(el).includes("This trace is not here")`);
    await page.waitFor(`page.rows(el).length === 1`);
    await page.evaluate(`page.rows(el)[0].click()`);
    await page.waitFor(
      `all('[aria-label="Spans"]').length === 1 && all('[aria-label="Traces"]').length === 0`,
    );
    await page.close();
  });

  test("lays out its own words and times from the left in a right-to-left page", async (context) => {
    const page = await openWidget(
      await browser(context),
      `document.documentElement.dir = "rtl";
       globalThis.el = page.show(page.demoTraces()); document.body.append(el); ${helpers}`,
    );
    await page.waitFor(`all("[data-id] .unit").length > 1`);
    // “1.2 s”, and not “s 1.2”.
    expect(await page.evaluate(`box("[data-id] .unit").right >= box("[data-id] .quantity").right`)).toBe(
      true,
    );
    expect(await page.evaluate(`box("[data-id] .state").left < box("[data-id] .unit").left`)).toBe(true);
    await page.close();
  });

  test("takes none of a page's text styles, only its colour scheme and visibility", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.el = page.show(page.demoTraces()[2]); document.body.append(el); ${helpers}`,
    );
    await page.waitFor(`box("[data-id] .name")`);
    const look = `(({ width, height }) => [Math.round(width), height])(box("[data-id] .name"))`;
    const plain = await page.evaluate(look);
    await page.evaluate(`Object.assign(document.body.style, { whiteSpace: "pre", textIndent: "4em", textTransform: "uppercase",
      wordSpacing: "1em", letterSpacing: "1em", fontStyle: "italic", textShadow: "2px 2px red", colorScheme: "dark" })`);
    expect(await page.evaluate(look)).toEqual(plain);
    const { textShadow, colorScheme } = await page.evaluate<Record<string, string>>(
      `(({ textShadow, colorScheme }) => ({ textShadow, colorScheme }))(getComputedStyle(all("[data-id] .name")[0]))`,
    );
    expect([textShadow, colorScheme]).toEqual(["none", "dark"]);
    await page.evaluate(`document.body.style.visibility = "hidden"`);
    expect(
      await page.evaluate(`all("[data-id] .name")[0].checkVisibility({ visibilityProperty: true })`),
    ).toBe(false);
    await page.close();
  });

  test("keeps the scale above its bars if a reader spaces text wider, and the keys in two columns", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.el = page.show(page.demoTraces()[2]); document.body.append(el); ${helpers}`,
    );
    await page.waitFor(`box(".span-row .track")`);
    await page.evaluate(`{
      const wide = new CSSStyleSheet();
      wide.replaceSync("* { letter-spacing: 0.12em !important; word-spacing: 0.16em !important }");
      el.shadowRoot.adoptedStyleSheets.push(wide);
    }`);
    expect(await page.evaluate(`box(".axis").left - box(".span-row .track").left`)).toBe(0);
    await page.evaluate(`all("[aria-label=Keys]")[0].click()`);
    await page.waitFor(`all(".help-body > section").length > 1`);
    const lefts = `new Set(all(".help-body > section").map((section) => section.getBoundingClientRect().left)).size`;
    expect(await page.evaluate(lefts)).toBe(2);
    await page.close();
  });

  // Firefox cannot be made to lay out for print, or to act as if a finger were the only pointer.
  const inChromium = name === "chromium" ? test : undefined;
  inChromium?.("fits on a printed page what was wider on the screen", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.el = page.show(page.manyTraces(30)); el.style.height = "600px"; document.body.append(el); ${helpers}
       globalThis.print = async () => {
         dispatchEvent(new Event("beforeprint"));
         for (let i = 0; i < 50; i++) await undefined;
         el.style.width = "700px";
       };
       globalThis.endPrint = () => { el.style.width = ""; dispatchEvent(new Event("afterprint")); };
       globalThis.isApart = (above, below) => box(above).bottom <= box(below).top + 1;`,
    );
    await page.setSize(1400, 800);
    await page.waitFor(`all(".trace-head .cell-response").length === 1 && all(".plot-figure").length === 1`);
    await page.chromium?.emulateMedia({ media: "print" });
    // At once, as a page is laid out for print: what observes sizes is not told.
    const inList = `print().then(() => [all(".trace-head .cell").at(-1).getBoundingClientRect().right, box(".plot-figure").right])`;
    for (const right of await page.evaluate<number[]>(inList)) expect(right).toBeLessThanOrEqual(700);
    await page.evaluate(`endPrint()`);
    await page.waitFor(`all(".trace-head .cell-response").length === 1`);
    await page.evaluate(`page.rows(el).find((row) => row.querySelector(".state-ERROR")).click()`);
    await page.waitFor(`all(".details .stack").length > 0 && all(".list-pane").length === 1`);
    await page.evaluate(`page.rows(el).at(-1).focus()`);
    const inTrace = `print().then(() => [isApart(".trace-body .tree-frame", ".details"), box(".tree-frame").width > 650,
      box(".list-pane").width, el.clientHeight > 600])`;
    expect(await page.evaluate(inTrace)).toEqual([true, true, 0, true]);
    await page.close();
  });

  inChromium?.("gives the lines between panes room for a finger", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.el = page.show(page.demoTraces()[2]); document.body.append(el); ${helpers}
       globalThis.isTaken = (offPx) => {
         const { left, top } = box(".trace-body > .splitter");
         return el.shadowRoot.elementFromPoint(left + offPx, top + 60).classList.contains("splitter");
       };`,
    );
    await page.waitFor(`box(".trace-body > .splitter.vertical")`);
    expect(await page.evaluate(`isTaken(-10)`)).toBe(false);
    const session = await page.chromium!.context().newCDPSession(page.chromium!);
    const screen = { width: 1280, height: 800, deviceScaleFactor: 1, mobile: true };
    await session.send("Emulation.setDeviceMetricsOverride", screen);
    await session.send("Emulation.setTouchEmulationEnabled", { enabled: true });
    await page.waitFor(`matchMedia("(hover: none)").matches`);
    expect(await page.evaluate(`[-10, 10].map(isTaken)`)).toEqual([true, true]);
    await page.close();
  });
});
