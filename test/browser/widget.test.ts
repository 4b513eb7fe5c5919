import { describe, expect, test } from "vitest";
import { browserNames, useBrowser } from "./browsers.js";
import { axeSource, findViolations, useWidgetPages } from "./support/open-widget.js";

const openWidget = useWidgetPages();

const showDemo = `globalThis.el = page.show(page.demoTraces()); document.body.append(el);`;
const active = `el.shadowRoot.activeElement`;

describe.each(browserNames)("%s", (name) => {
  const browser = useBrowser(name);

  test("copies even in frames that may not use the clipboard", async (context) => {
    const page = await openWidget(
      await browser(context),
      `${showDemo};
       Object.defineProperty(navigator, "clipboard", { value: undefined });
       globalThis.copied = [];
       const { setData } = DataTransfer.prototype;
       DataTransfer.prototype.setData = function (type, text) { copied.push(text); setData.call(this, type, text); };`,
    );
    await page.waitFor(`page.rows(el).length === 5`);
    await page.evaluate(`page.rows(el)[0].click()`);
    await page.waitFor(`el.shadowRoot.querySelector("[aria-label='Copy and save']")`);
    await page.evaluate(`el.shadowRoot.querySelector("[aria-label='Copy and save']").click()`);
    await page.waitFor(`el.shadowRoot.querySelector(".menu-item")`);
    await page.evaluate(`el.shadowRoot.querySelector(".menu-item").focus()`);
    await page.press("Enter");
    await page.waitFor(`el.shadowRoot.querySelector(".menu-outcome")?.textContent === "Copied"`);
    expect(await page.evaluate(`copied.join() === el.state.traceId`)).toBe(true);
    await page.close();
  });

  test("says what to do if it is moved into another document, and goes on when it comes back", async (context) => {
    const page = await openWidget(await browser(context), showDemo);
    await page.waitFor(`page.rows(el).length === 5`);
    await page.evaluate(`page.rows(el)[2].click()`);
    await page.waitFor(`el.shadowRoot.querySelector(".details .fact-pair") !== null`);
    await page.evaluate(`globalThis.frame = document.createElement("iframe"); document.body.append(frame);
      frame.contentDocument.body.append(el)`);
    expect(await page.evaluate(`page.text(el)`)).toContain("load the library here");
    await page.evaluate(`document.body.append(el)`);
    await page.waitFor(`el.shadowRoot.querySelector(".details .fact-pair") !== null`);
    const display = `getComputedStyle(el.shadowRoot.querySelector(".details .fact-pair")).display`;
    expect(await page.evaluate(display)).toBe("flex");
    expect(await page.evaluate(`page.text(el)`)).not.toContain("load the library here");
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("leads from the list to the failed span, its exception and its stack", async (context) => {
    const page = await openWidget(await browser(context), showDemo);
    await page.waitFor(`page.rows(el).length === 5`);
    await page.waitFor(`el.shadowRoot.querySelector(".plot .dots path")`);
    await page.evaluate(`page.rows(el).find((row) => row.textContent.includes("sourdough")).click()`);
    await page.waitFor(`page.text(el).includes("Caused by")`);
    await page.evaluate(
      `[...el.shadowRoot.querySelectorAll("[role=treegrid] [data-id]")].find((row) => row.textContent.includes("cite")).click()`,
    );
    await page.waitFor(`el.value.spanId?.endsWith("d") && page.text(el).includes("compose.ts:41:11")`);
    expect(page.errors).toEqual([]);
    expect(page.requests).toEqual([]);
    await page.close();
  });

  test("reaches everything by keyboard, and lets no key escape", async (context) => {
    const page = await openWidget(
      await browser(context),
      `${showDemo} globalThis.leaked = []; addEventListener("keydown", (event) => leaked.push(event.key));
       addEventListener("input", () => { globalThis.told = el.value; });`,
    );
    await page.waitFor(`page.rows(el).length === 5`);
    await page.evaluate(`page.rows(el)[0].focus()`);
    for (const key of ["ArrowDown", "ArrowDown", "Enter"] as const) await page.press(key);
    await page.waitFor(`${active}?.getAttribute("aria-level") === "1"`);
    await page.press("End");
    await page.waitFor(`${active}?.textContent.includes("cite")`);
    await page.press("ArrowLeft");
    await page.waitFor(`${active}?.textContent.includes("compose")`);
    await page.press("ArrowLeft");
    await page.waitFor(`${active}?.getAttribute("aria-expanded") === "false"`);
    expect(await page.evaluate("told.spanId")).toBe("000000000000000a");
    await page.press("Home");
    await page.waitFor(`${active}?.getAttribute("aria-level") === "1"`);
    await page.press("Escape");
    await page.waitFor(`el.value.spanId === undefined`);

    // Also back from the details and the head.
    await page.press("End");
    await page.waitFor(
      `el.shadowRoot.querySelector(".details .stack") !== null && told.spanId !== undefined`,
    );
    await page.evaluate(`el.shadowRoot.querySelector(".details .section-toggle").focus()`);
    await page.press("Escape");
    await page.waitFor(`el.value.spanId === undefined && ${active}?.role === "row"`);
    await page.evaluate(`el.shadowRoot.querySelector('[aria-label="Copy and save"]').focus()`);
    await page.press("Enter");
    await page.waitFor(`el.shadowRoot.querySelector(".menu-item") !== null`);
    await page.press("ArrowDown");
    await page.waitFor(`${active}?.className === "menu-item"`);
    await page.press("Escape");
    await page.waitFor(`el.shadowRoot.querySelector(".menu-item") === null && el.value !== undefined`);
    await page.press("Escape");
    await page.waitFor(`el.value === undefined && ${active}?.textContent.includes("sourdough")`);
    expect(await page.evaluate("leaked")).toEqual([]);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("moves on by its keys from a trace that is gone", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.store = page.createMemoryStore();
       for (const trace of page.demoTraces()) await store.write(page.aBatch(trace.data.spans));
       globalThis.ids = () => page.rows(el).map((row) => row.dataset.id);
       globalThis.el = page.show({ ...store, get: async (id, options) => id === gone ? undefined : store.get(id, options) });
       document.body.append(el);
       globalThis.leaked = []; addEventListener("keydown", (event) => leaked.push(event.key));`,
    );
    await page.waitFor(`page.rows(el).length === 5`);
    await page.evaluate(`globalThis.listed = ids(); globalThis.gone = listed[1]; page.rows(el)[0].focus()`);
    await page.press("Enter");
    await page.waitFor(`${active}?.getAttribute("aria-level") === "1"`);
    await page.type("j");
    await page.waitFor(`page.text(el).includes("This trace is not here")`);
    await page.type("j");
    await page.waitFor(`el.value.traceId === listed[2] && ${active}?.getAttribute("aria-level") === "1"`);
    await page.type("k");
    await page.waitFor(`page.text(el).includes("This trace is not here")`);
    await page.press("Escape");
    await page.waitFor(`el.value === undefined && ${active}?.dataset.id === gone`);
    expect(await page.evaluate("leaked")).toEqual([]);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("follows a store while what the reader sees stays where it is", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.store = page.createMemoryStore();
       for (const trace of page.manyTraces(60)) await store.write(page.aBatch(trace.data.spans));
       globalThis.el = page.show(store); document.body.append(el);`,
    );
    await page.waitFor(`page.rows(el).length > 10`);
    await page.evaluate(`el.shadowRoot.querySelector(".scroller").scrollTop = 320`);
    await page.waitFor(`page.rows(el).length > 0`);
    const topRow = `(() => { const { top } = el.shadowRoot.querySelector(".scroller").getBoundingClientRect();
      const row = page.rows(el).find((row) => row.getBoundingClientRect().bottom > top + 40);
      return [row.dataset.id, row.getBoundingClientRect().top - top]; })()`;
    const before = await page.evaluate(topRow);
    await page.evaluate(
      `store.write(page.aBatch([page.aSpan({ trace: 900, id: 900, name: "late", startMs: 1e9, open: true })]))`,
    );
    await page.waitFor(`el.shadowRoot.querySelector("[role=grid]").getAttribute("aria-rowcount") === "62"`);
    expect(await page.evaluate(topRow)).toEqual(before);

    await page.evaluate(`el.value = { traceId: page.aSpan({ trace: 900 }).traceId }`);
    await page.waitFor(`page.text(el).includes("Running")`);
    await page.evaluate(
      `store.write(page.aBatch([page.aSpan({ trace: 900, id: 901, parent: 900, name: "grown", startMs: 1e9 + 5 }),
        page.aSpan({ trace: 900, id: 900, name: "late", startMs: 1e9, endMs: 1e9 + 200 })]))`,
    );
    await page.waitFor(`page.text(el).includes("grown") && !page.text(el).includes("Running")`);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("reads more while one scrolls, up to the last of a thousand traces", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.el = page.show(page.manyTraces(1000)); document.body.append(el);`,
    );
    await page.waitFor(`page.rows(el).length > 10`);
    await page.evaluate(`(async () => {
      const scroller = el.shadowRoot.querySelector(".scroller");
      while (scroller.getAttribute("aria-rowcount") !== "1001") {
        scroller.scrollTop = scroller.scrollHeight;
        await new Promise(requestAnimationFrame);
      }
      scroller.scrollTop = scroller.scrollHeight;
    })()`);
    await page.waitFor(`page.rows(el).at(-1).dataset.id.endsWith("0001")`);
    expect(await page.evaluate(`page.rows(el).length < 80`)).toBe(true);
    await page.close();
  });

  test("shows 10,000 spans with little more than the rows in sight", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.trace = page.largeTrace(10_000); globalThis.el = page.show(trace); document.body.append(el);`,
    );
    await page.waitFor(`page.rows(el).length > 10`);
    await page.evaluate(`page.rows(el)[0].focus()`);
    await page.press("End");
    await page.waitFor(`Number(${active}?.getAttribute("aria-rowindex")) === 10001`);
    expect(await page.evaluate(`page.rows(el).length < 80`)).toBe(true);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("finds spans, zooms in time and back, and resizes panes, by keyboard and pointer", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.el = page.show(page.demoTraces()[2]); document.body.append(el); el.style.height = "700px";
       globalThis.find = (name) => el.shadowRoot.querySelector('[aria-label="' + name + '"]');
       globalThis.pointer = (target, type, x) => target.dispatchEvent(new PointerEvent(type,
         { clientX: x, clientY: target.getBoundingClientRect().top + 3, bubbles: true, pointerId: 1, button: 0 }));
       Element.prototype.setPointerCapture = () => {};`,
    );
    await page.waitFor(`page.rows(el).length === 13`);
    await page.evaluate(`page.rows(el)[0].focus()`);
    await page.type("/");
    await page.waitFor(`${active}?.tagName === "INPUT"`);
    await page.type("score");
    // Four have that name; two have it in their outputs.
    await page.waitFor(`page.rows(el).length === 7 && page.text(el).includes("6 spans")`);
    await page.press("Enter");
    await page.press("Enter");
    await page.waitFor(`page.text(el).includes("2 of 6") && el.value.spanId?.endsWith("5")`);
    await page.waitFor(`el.shadowRoot.querySelector(".details mark")?.textContent === "score"`);
    await page.press("Escape");
    await page.waitFor(
      `page.rows(el).length === 13 && el.shadowRoot.querySelector(".details mark") === null`,
    );
    await page.type("compose.ts:41:11");
    await page.waitFor(`el.shadowRoot.querySelector(".match-count").textContent === "3 spans"`);
    for (let i = 0; i < 2; i++) await page.press("Enter");
    await page.waitFor(`el.value.spanId?.endsWith("d")`);
    const isMarkSeen = `(() => {
      const mark = el.shadowRoot.querySelector(".details .stack mark")?.getBoundingClientRect();
      const { top, bottom } = el.shadowRoot.querySelector(".details-body").getBoundingClientRect();
      return mark !== undefined && mark.top >= top && mark.bottom <= bottom;
    })()`;
    await page.waitFor(isMarkSeen);
    await page.press("Escape");
    await page.waitFor(`page.rows(el).length === 13`);

    await page.evaluate(`(() => {
      const strip = el.shadowRoot.querySelector(".minimap-strip");
      const { left, width } = strip.getBoundingClientRect();
      pointer(strip, "pointerdown", left + width * 0.25);
      pointer(strip, "pointermove", left + width * 0.5);
    })()`);
    await page.waitFor(
      `Number(find("End of the shown time").ariaValueNow) < Number(find("End of the shown time").ariaValueMax)`,
    );
    await page.evaluate(`pointer(el.shadowRoot.querySelector(".minimap-strip"), "pointerup", 0)`);
    await page.waitFor(`el.shadowRoot.querySelector(".bar-outside.after") !== null`);
    await page.evaluate(`el.shadowRoot.querySelector(".minimap-strip")
      .dispatchEvent(new MouseEvent("dblclick", { bubbles: true }))`);
    await page.waitFor(`el.shadowRoot.querySelector(".bar-outside") === null`);
    await page.evaluate(`el.shadowRoot.querySelector("[role=treegrid] [tabindex='0']").focus()`);
    await page.type("z");
    await page.waitFor(`el.shadowRoot.querySelector(".bar-outside") !== null`);
    await page.type("0");
    await page.waitFor(`el.shadowRoot.querySelector(".bar-outside") === null`);
    const prevented = await page.evaluate(`!el.shadowRoot.querySelector(".tree").dispatchEvent(
      new WheelEvent("wheel", { ctrlKey: true, deltaY: -100, clientX: 400, bubbles: true, cancelable: true }))`);
    expect(prevented).toBe(true);
    await page.waitFor(`find("Show the whole time") !== null`);

    const before = await page.evaluate<number>(`el.shadowRoot.querySelector(".details").clientWidth`);
    await page.evaluate(`find("Size of the details").focus()`);
    await page.press("ArrowLeft");
    await page.waitFor(`el.shadowRoot.querySelector(".details").clientWidth === ${before + 16}`);
    await page.press("Enter");
    await page.waitFor(`el.shadowRoot.querySelector(".details").clientWidth === ${before}`);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("shows a conversation, searches a tool's result, and shows a span as OTLP", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.trace = page.chatTrace(); globalThis.el = page.show(trace); document.body.append(el);
       globalThis.span = (name) => page.rows(el).find((row) => row.textContent.includes(name));
       globalThis.button = (text) => [...el.shadowRoot.querySelectorAll("button")].find((button) => button.textContent === text);`,
    );
    await page.waitFor(`page.rows(el).length === 3`);
    await page.evaluate(`span("qwen3-vl-8b").click()`);
    await page.waitFor(`el.shadowRoot.querySelectorAll(".message").length === 5`);
    await page.evaluate(`el.shadowRoot.querySelector(".reasoning button").click()`);
    await page.waitFor(
      `el.shadowRoot.querySelector(".reasoning .markdown")?.textContent.includes("tram in Oslo")`,
    );
    // The policy forbids images, and nothing beyond the page was requested.
    await page.waitFor(`page.text(el).includes("could not be shown")`);
    expect(page.requests).toEqual([]);
    await page.evaluate(`button("JSON").click()`);
    await page.waitFor(
      `page.text(el).includes("temperature") && el.shadowRoot.querySelectorAll(".message").length === 1`,
    );
    await page.evaluate(`span("weather").click()`);
    await page.waitFor(`el.shadowRoot.querySelector(".json-search input") !== null`);
    await page.evaluate(`el.shadowRoot.querySelector(".json-search input").focus()`);
    await page.type("oslo");
    await page.waitFor(
      `page.text(el).includes("5 matches") && el.shadowRoot.querySelectorAll(".json mark").length === 5`,
    );
    await page.evaluate(`button("Raw OTLP").click()`);
    await page.waitFor(`page.text(el).includes('"resourceSpans"')`);
    await page.close();
  });

  test("shows Markdown as Markdown or, when asked, as it was written, in all that is opened from then on", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.el = page.show(page.markdownTrace()); document.body.append(el);
       document.documentElement.lang = "en"; document.body.style.background = "Canvas"; el.style.height = "760px";
       globalThis.$ = (selector) => el.shadowRoot.querySelector(selector);
       globalThis.$$ = (selector) => [...el.shadowRoot.querySelectorAll(selector)];`,
    );
    const openSpan = async (id: number) => {
      await page.evaluate(`(el.value = { traceId: el.value.traceId, spanId: "${id}".padStart(16, "0") })`);
      await page.waitFor(`$(".details-title")?.textContent.includes("${id === 1 ? "advise" : "chat"}")`);
    };
    await page.waitFor(`el.value !== undefined`);
    await page.evaluate(axeSource);
    await openSpan(2);
    await page.waitFor(`$$(".message .markdown").length === 3 && $(".markdown table") !== null`);
    expect(
      await page.evaluate(
        `$$(".details a").map(({ href, title, target, rel }) => [href, title === href, target, rel])`,
      ),
    ).toEqual(
      ["stores?from=chat&lang=en", "faq", "plan.png"].map((place) => [
        `https://example.com/${place}`,
        ...[true, "_blank", "noopener noreferrer"],
      ]),
    );
    expect(await page.evaluate(`$$(".details :is(img, b, sub)").length`)).toBe(0);
    expect(await page.evaluate(`$(".markdown").textContent`)).toBe("Answer in Markdown. Never guess.");
    for (const scheme of ["light", "dark"]) {
      await page.evaluate(`(document.documentElement.style.colorScheme = "${scheme}")`);
      expect(await page.evaluate(findViolations), scheme).toEqual([]);
    }

    // Matches are marked there; if they are visible only in the text as written, that is shown.
    await page.evaluate(`(el.state = { ...el.state, spanFilter: { text: "neither PARSES it" } })`);
    await page.waitFor(`$(".message .markdown mark")?.textContent === "neither parses it"`);
    expect(await page.evaluate(`$$(".message .markdown").length`)).toBe(3);
    await page.evaluate(`(el.state = { ...el.state, spanFilter: { text: "**IndexedDB**" } })`);
    await page.waitFor(`$(".details mark")?.textContent === "**IndexedDB**"`);
    expect(await page.evaluate(`$$(".message .markdown").length`)).toBe(2);
    await page.evaluate(`(el.state = { ...el.state, spanFilter: undefined })`);
    await page.waitFor(`$$(".message .markdown").length === 3`);

    // By keyboard, for the whole explorer, and as part of its state.
    await page.evaluate(
      `$$("[aria-label='Inputs as'] button").find((button) => button.textContent === "Text").focus()`,
    );
    await page.press("Enter");
    await page.waitFor(`$(".markdown") === null && page.text(el).includes("| idb | 4.5 µs | page |")`);
    expect(await page.evaluate(`page.encodeView(el.state)`)).toContain("textView=plain");
    await openSpan(1);
    await page.waitFor(`page.text(el).includes("| idb | 4.5 µs | page |") && $(".markdown") === null`);
    const { textView: _, ...markdown } = await page.evaluate<Record<string, unknown>>(`el.state`);
    await page.evaluate(`(el.state = ${JSON.stringify(markdown)})`);
    await page.waitFor(
      `$("[aria-label='Outputs as'] [aria-pressed=true]").textContent === "Markdown" && $(".markdown table") !== null`,
    );

    // Wide things scroll within themselves.
    await page.evaluate(`(el.style.width = "360px")`);
    await page.waitFor(`$(".markdown pre").scrollWidth > $(".markdown pre").clientWidth`);
    expect(await page.evaluate(`$(".details-body").scrollWidth <= $(".details-body").clientWidth`)).toBe(
      true,
    );
    expect([page.errors, page.requests]).toEqual([[], []]);
    await page.close();
  });

  test("sorts a store's list, exports what is selected, and deletes it once that is confirmed", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.store = page.createMemoryStore();
       for (const trace of page.manyTraces(30)) await store.write(page.aBatch(trace.data.spans));
       globalThis.el = page.show(store); document.body.append(el); globalThis.saved = [];
       globalThis.find = (name) => el.shadowRoot.querySelector('[aria-label="' + name + '"]');
       const create = URL.createObjectURL;
       URL.createObjectURL = (blob) => { blob.text().then((text) => saved.push(text)); return create(blob); };
       HTMLAnchorElement.prototype.click = function () { saved.push(this.download); };`,
    );
    await page.waitFor(`page.rows(el).length > 10`);
    await page.evaluate(
      `[...el.shadowRoot.querySelectorAll(".order")].find(({ textContent }) => textContent === "Duration").click()`,
    );
    await page.waitFor(`el.shadowRoot.querySelector('[aria-sort="descending"]')?.textContent === "Duration"`);
    await page.evaluate(`page.rows(el)[0].focus()`);
    await page.type(" ");
    await page.press("ArrowDown");
    await page.type(" ");
    await page.waitFor(`page.text(el).includes("2 selected")`);
    await page.evaluate(`find("Export as OTLP JSON").click()`);
    await page.waitFor(`saved.length === 2 && saved.includes("2-traces.otlp.json")`);
    const spanCount = `JSON.parse(saved.find((text) => text.startsWith("{"))).resourceSpans
      .flatMap(({ scopeSpans }) => scopeSpans).flatMap(({ spans }) => spans).length`;
    expect(await page.evaluate(spanCount)).toBe(26);
    await page.waitFor(`find("Delete") !== null`);
    await page.evaluate(`find("Delete").click()`);
    await page.waitFor(`${active}?.textContent === "Keep"`);
    await page.evaluate(`el.shadowRoot.querySelector(".danger").click()`);
    await page.waitFor(`el.shadowRoot.querySelector("[role=grid]").ariaRowCount === "29"`);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("offers in one line what can be done about an unsaved edit, even beside the spans", async (context) => {
    const page = await openWidget(
      await browser(context),
      `const store = page.createMemoryStore();
       await store.write(page.aBatch([page.aSpan()]));
       store.write = () => Promise.reject(Object.assign(new Error("the disk is full"), { name: "QuotaExceededError" }));
       globalThis.el = page.show(store); document.body.append(el); el.style.width = "800px"; el.style.height = "560px";
       globalThis.find = (name) => el.shadowRoot.querySelector('[aria-label="' + name + '"]');
       globalThis.button = (text) => [...el.shadowRoot.querySelectorAll("button")].find(({ textContent }) => textContent === text);`,
    );
    await page.waitFor(`button("Add a tag")`);
    await page.evaluate(`button("Add a tag").click()`);
    await page.waitFor(`find("Key") !== null`);
    await page.evaluate(`(() => { for (const name of ["Key", "Value"]) {
      find(name).value = "a"; find(name).dispatchEvent(new Event("input", { bubbles: true })); } })()`);
    await page.evaluate(`button("Save").click()`);
    await page.waitFor(`button("Try again")`);
    expect(
      await page.evaluate(
        `button("Try again").getBoundingClientRect().bottom > find("Dismiss").getBoundingClientRect().top`,
      ),
    ).toBe(true);
    await page.close();
  });

  test("moves the focus to what is nearest when what has it disappears", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.store = page.createMemoryStore();
       for (const trace of page.demoTraces()) await store.write(page.aBatch(trace.data.spans));
       for (const key of ["first", "second", "third"]) await store.write({ ...page.aBatch([]), id: key, patches: [
         { traceId: "${"3".padStart(32, "0")}", id: "!" + key, op: "setTag", key, value: "1" }] });
       globalThis.el = page.show(store); document.body.append(el); el.style.height = "760px";
       globalThis.find = (name) => el.shadowRoot.querySelector('[aria-label="' + name + '"]');`,
    );
    const focused = `${active}?.dataset.id`;
    await page.waitFor(`page.rows(el).length === 5`);
    const ids = await page.evaluate<string[]>(`page.rows(el).map((row) => row.dataset.id)`);
    // Deleted elsewhere: the next takes its place.
    await page.evaluate(`page.rows(el)[1].focus()`);
    await page.evaluate(`store.delete({ traceIds: ["${ids[1]}"] })`);
    await page.waitFor(`page.rows(el).length === 4 && ${focused} === "${ids[2]}"`);
    // Deleted here, together with the bar that asked.
    await page.evaluate(`page.rows(el)[3].focus()`);
    await page.type(" ");
    await page.waitFor(`find("Delete") !== null`);
    await page.evaluate(`find("Delete").click()`);
    await page.waitFor(`${active}?.textContent === "Keep"`);
    await page.evaluate(`el.shadowRoot.querySelector(".danger").focus()`);
    await page.press("Enter");
    await page.waitFor(`page.rows(el).length === 3 && ${active} !== null`);
    // Collapsed with what encloses it.
    await page.evaluate(`page.rows(el).find((row) => row.dataset.id === "${ids[2]}").focus()`);
    await page.press("Enter");
    await page.waitFor(`${active}?.getAttribute("aria-level") === "1"`);
    await page.press("End");
    await page.waitFor(`${active}?.textContent.includes("cite")`);
    await page.evaluate(`el.shadowRoot.querySelector("[role=treegrid] .chevron").click()`);
    await page.waitFor(
      `${active}?.getAttribute("aria-level") === "1" && ${active}?.getAttribute("aria-expanded") === "false"`,
    );
    // Closed with the panel.
    await page.evaluate(`find("Close the details").focus()`);
    await page.press("Enter");
    await page.waitFor(`el.value.spanId === undefined && ${active}?.getAttribute("role") === "row"`);
    // Removed from a list: to the same button of the next one.
    await page.waitFor(`find("Delete the tag second") !== null`);
    await page.evaluate(`find("Delete the tag second").focus()`);
    await page.press("Enter");
    await page.waitFor(
      `find("Delete the tag second") === null && ${active}?.ariaLabel === "Change the tag third"`,
    );
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("lists its keys when asked, and returns the focus", async (context) => {
    const page = await openWidget(await browser(context), showDemo);
    await page.waitFor(`page.rows(el).length === 5`);
    await page.evaluate(`page.rows(el)[2].focus()`);
    await page.type("?");
    await page.waitFor(`${active}?.ariaLabel === "Close the help"`);
    await page.press("Tab");
    // If it does not fit, keys scroll it.
    await page.evaluate(`(el.style.height = "240px")`);
    await page.waitFor(`el.shadowRoot.querySelector("[role=dialog]").clientHeight < 240`);
    await page.press("End");
    await page.waitFor(`el.shadowRoot.querySelector("[role=dialog]").scrollTop > 0`);
    await page.press("Escape");
    await page.waitFor(`el.shadowRoot.querySelector("[role=dialog]") === null`);
    expect(await page.evaluate(`${active} === page.rows(el)[2]`)).toBe(true);
    await page.close();
  });

  test.for(["light", "dark"])(
    "has no violation that axe finds, in %s",
    { timeout: 120_000 },
    async (scheme, context) => {
      const page = await openWidget(
        await browser(context),
        `globalThis.el = page.show(page.demoTraces()); document.body.append(el);
       document.documentElement.lang = "en"; document.documentElement.style.colorScheme = ${JSON.stringify(scheme)};
       document.body.style.background = "Canvas"; el.style.height = "760px";`,
      );
      await page.evaluate(axeSource);
      const states: Record<string, string> = {
        list: `page.rows(el).length === 5`,
        chosen: `(el.shadowRoot.querySelectorAll(".cell-box input")[1]?.click(), page.text(el).includes("1 selected"))`,
        trace: `(el.value ??= { traceId: "${"3".padStart(32, "0")}" }) && page.text(el).includes("Caused by")`,
        details: `(el.value.spanId || (el.value = { ...el.value, spanId: "${"b".padStart(16, "0")}" }),
        el.shadowRoot.querySelector(".message") !== null)`,
        zoomed: `(el.shadowRoot.querySelector("[role=treegrid] [tabindex='0']").dispatchEvent(
        new KeyboardEvent("keydown", { key: "z", bubbles: true })), el.shadowRoot.querySelector(".bar-outside") !== null)`,
        help: `(el.shadowRoot.querySelector('[aria-label="Keys"]').click(), el.shadowRoot.querySelector("[role=dialog]") !== null)`,
      };
      for (const [state, ready] of Object.entries(states)) {
        await page.waitFor(ready);
        expect(await page.evaluate(findViolations), state).toEqual([]);
      }
      await page.close();
    },
  );

  // Firefox takes forced colours only from its own settings.
  const inChromium = name === "chromium" ? test : undefined;
  inChromium?.(
    "shows in the system's colours what backgrounds show, if colours are forced",
    async (context) => {
      const page = await openWidget(
        await browser(context),
        `globalThis.el = page.show(page.demoTraces()); document.body.append(el); el.style.height = "760px";
       el.value = { traceId: "${"3".padStart(32, "0")}", spanId: "${"d".padStart(16, "0")}" };`,
      );
      await page.chromium?.emulateMedia({ forcedColors: "active" });
      await page.waitFor(`el.shadowRoot.querySelector(".details .stack") !== null`);
      const seen = await page.evaluate<Record<string, boolean>>(`(() => {
      const backgroundOf = (selector, pseudo) => getComputedStyle(el.shadowRoot.querySelector(selector), pseudo).backgroundColor;
      const ground = backgroundOf(".details");
      return Object.fromEntries([[".bar"], [".critical"], [".splitter"], ["button[aria-pressed=true]"],
        [".minimap-handle", "::after"]].map(([selector, pseudo]) => [selector, backgroundOf(selector, pseudo) !== ground]));
    })()`);
      expect(seen).toEqual(Object.fromEntries(Object.keys(seen).map((selector) => [selector, true])));
      const outline = `getComputedStyle(el.shadowRoot.querySelector("[role=treegrid] [aria-selected=true]")).outlineStyle`;
      expect(await page.evaluate(outline)).toBe("solid");
      await page.close();
    },
  );

  test("treats hostile traces as text", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.el = page.show([page.hostileTrace(1), page.hostileTrace(2)]); document.body.append(el);`,
    );
    await page.waitFor(`page.rows(el).length === 2`);
    await page.evaluate(`page.rows(el)[0].click()`);
    await page.waitFor(`el.shadowRoot.querySelector("[role=treegrid]") !== null`);
    await page.evaluate(`[...el.shadowRoot.querySelectorAll("[role=treegrid] [data-id]")][1].click()`);
    await page.waitFor(`el.shadowRoot.querySelector(".details .stack") !== null`);
    await page.evaluate(
      `el.shadowRoot.querySelectorAll(".section-toggle[aria-expanded=false]").forEach((button) => button.click())`,
    );
    await page.waitFor(`el.shadowRoot.querySelector(".section-toggle[aria-expanded=false]") === null`);
    // However long its name, nothing in the head is pushed out of a narrow page.
    await page.evaluate(`el.style.width = "360px"`);
    await page.waitFor(
      `el.shadowRoot.querySelector(".explorer").clientWidth <= 360 &&
        [...el.shadowRoot.querySelectorAll(".pane-head button")].every(
          (button) => button.getBoundingClientRect().right <= el.getBoundingClientRect().right)`,
    );
    expect(await page.evaluate(`[typeof hacked, typeof {}.hacked]`)).toEqual(["undefined", "undefined"]);
    expect(
      await page.evaluate(`el.shadowRoot.querySelectorAll("script, img, a, iframe, style").length`),
    ).toBe(0);
    expect(page.errors).toEqual([]);
    expect(page.requests).toEqual([]);
    await page.close();
  });

  test("shows hostile messages, documents and sessions as text, and loads nothing that they name", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.el = page.show([page.hostileConversation(1), page.hostileConversation(2)]);
       el.style.height = "760px"; document.body.append(el);`,
    );
    await page.waitFor(`page.rows(el).length === 2`);
    const id = `page.rows(el)[0].dataset.id`;
    await page.evaluate(`(globalThis.traceId = ${id})`);
    const views: Record<string, string> = {
      [`{ groupBy: "session" }`]: `el.shadowRoot.querySelector(".group-row") !== null`,
      [`{ sessionId: page.hostileConversation(1).info.sessionId }`]: `el.shadowRoot.querySelector(".session-pane") !== null`,
      [`{ traceId, spanId: "${"1".padStart(16, "0")}" }`]: `el.shadowRoot.querySelectorAll(".details .image-note").length === 9`,
      [`{ traceId, spanId: "${"2".padStart(16, "0")}" }`]: `el.shadowRoot.querySelectorAll(".details .document").length === 3`,
    };
    for (const [view, holds] of Object.entries(views)) {
      await page.evaluate(`(el.state = ${view})`);
      await page.waitFor(`${holds} && page.text(el).includes("onerror=")`);
      const found = `el.shadowRoot.querySelectorAll("script, img, iframe, style, [src], [href]:not([href^='https:'])").length`;
      expect([view, await page.evaluate(`[${found}, typeof hacked]`)]).toEqual([view, [0, "undefined"]]);
    }
    expect([page.errors, page.requests]).toEqual([[], []]);
    await page.close();
  });
});
