import { describe, expect, test } from "vitest";
import { browserNames, useBrowser, type TestPage } from "./browsers.js";
import { axeSource, findViolations, useWidgetPages } from "./support/open-widget.js";

const openWidget = useWidgetPages();

/** What every page of these tests has besides its explorer. */
const helpers = `
  globalThis.root = () => el.shadowRoot;
  globalThis.find = (name) => root().querySelector('[aria-label="' + name + '"]');
  globalThis.button = (text) => [...root().querySelectorAll("button")].find((button) => button.textContent === text);
  globalThis.field = () => find("Search traces by words or by a filter");
  globalThis.options = () => [...root().querySelectorAll("[role=option] .mono")].map((option) => option.textContent);
  globalThis.dotCount = () => [...root().querySelectorAll(".dots path")].flatMap((path) => path.getAttribute("d").match(/M/g)).length;
  globalThis.wait = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
`;
const active = `el.shadowRoot.activeElement`;

async function clear(page: TestPage): Promise<void> {
  await page.evaluate(`find("Clear the search").click()`);
}

describe.each(browserNames)("%s", (name) => {
  const browser = useBrowser(name);

  test("finds traces by a filter that it helps to write, and by words, from the keyboard alone", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.el = page.show(page.demoTraces()); document.body.append(el);
       globalThis.leaked = []; addEventListener("keydown", (event) => leaked.push(event.key)); ${helpers}`,
    );
    await page.waitFor(`page.rows(el).length === 5`);
    await page.evaluate(`page.rows(el)[0].focus()`);
    await page.type("/");
    await page.waitFor(`${active} === field()`);
    await page.type("sta");
    await page.waitFor(`options()[0] === "status"`);
    for (const key of ["ArrowDown", "Enter"] as const) await page.press(key);
    await page.waitFor(`field().value === "status " && options()[0] === "="`);
    for (const key of ["ArrowDown", "Enter"] as const) await page.press(key);
    await page.type("'E");
    await page.waitFor(`options()[0] === "'ERROR'"`);
    for (const key of ["ArrowDown", "Tab", "Enter"] as const) await page.press(key);
    await page.waitFor(`page.rows(el).length === 1 && el.state.text.trim() === "status = 'ERROR'"`);

    await clear(page);
    await page.waitFor(`page.rows(el).length === 5 && ${active} === field()`);
    await page.type("stauts = 'OK'");
    await page.waitFor(`root().querySelector(".search-problem mark")?.textContent === "stauts"`);
    await page.press("Enter");
    expect(await page.evaluate(`page.rows(el).length`)).toBe(5);
    await page.press("Escape");
    await page.press("Escape");
    await page.waitFor(`field().value === ""`);
    await page.type("sourdough");
    await page.press("Enter");
    await page.waitFor(`page.rows(el).length === 1`);
    await clear(page);
    await page.waitFor(`page.rows(el).length === 5`);
    await page.press("ArrowDown");
    await page.waitFor(`options().slice(0, 2).join() === "sourdough,status = 'ERROR'"`);
    await page.type("unobtainium");
    await page.press("Enter");
    await page.waitFor(`page.text(el).includes("No trace matches")`);
    await page.evaluate(`button("Clear the search").click()`);
    await page.waitFor(`page.rows(el).length === 5`);
    await page.evaluate(`find("What you can search for").click()`);
    await page.waitFor(`root().querySelectorAll(".search-help li").length === 6`);
    await page.evaluate(`button("status = 'ERROR'").click()`);
    await page.waitFor(`page.rows(el).length === 1`);
    expect(await page.evaluate("leaked")).toEqual([]);
    expect(page.errors).toEqual([]);
    expect(page.requests).toEqual([]);
    await page.close();
  });

  test("cancels a search in the store when asked to, and keeps what was listed", async (context) => {
    const page = await openWidget(
      await browser(context),
      `const store = page.createMemoryStore();
       for (const trace of page.demoTraces()) await store.write(page.aBatch(trace.data.spans));
       globalThis.cancelled = [];
       globalThis.asked = [];
       // A search by words never ends by itself; it ends as a store's does when it is cancelled.
       const waiting = new Map();
       const slow = { ...store,
         search: (query) => {
           if (!query.filter) return store.search(query);
           asked.push(query.requestId);
           return new Promise((_, reject) => waiting.set(query.requestId, reject));
         },
         cancel: async (id) => {
           cancelled.push(id);
           waiting.get(id)?.(Object.assign(new Error("cancelled"), { name: "AbortError" }));
         } };
       globalThis.el = page.show(slow); document.body.append(el); ${helpers}`,
    );
    await page.waitFor(`page.rows(el).length === 5`);
    await page.evaluate(`field().focus()`);
    await page.type("needle");
    await page.press("Enter");
    await page.waitFor(`button("Cancel") && root().querySelector("[role=grid]").ariaBusy === "true"`);
    await page.evaluate(`button("Cancel").click()`);
    await page.waitFor(`!button("Cancel") && root().querySelector("[role=grid]").ariaBusy === "false"`);
    expect(await page.evaluate(`cancelled.length === 1 && cancelled[0] === asked[0]`)).toBe(true);
    expect(await page.evaluate(`page.rows(el).length === 5 && !page.text(el).includes("not live")`)).toBe(
      true,
    );
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("groups sessions, shows one as a conversation, and comes back, from the keyboard alone", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.el = page.show(page.sessionTraces()); document.body.append(el); ${helpers}`,
    );
    await page.waitFor(`page.rows(el).length === 9`);
    await page.evaluate(`(() => { const choice = find("Group by"); choice.value = "session";
      choice.dispatchEvent(new Event("change", { bubbles: true })); })()`);
    await page.waitFor(`page.rows(el).length === 3 && root().querySelector("[role=treegrid]") !== null`);
    expect(await page.evaluate(`page.rows(el)[1].textContent`)).toContain("1 failed");
    // In two lines, the second of which still fits its time.
    await page.evaluate(`(el.style.width = "360px")`);
    await page.waitFor(`root().querySelectorAll(".group-row.tall").length === 3`);
    expect(
      await page.evaluate(
        `[...root().querySelectorAll(".group-figures, .group-totals > *")].every((part) => part.scrollWidth <= part.clientWidth)`,
      ),
    ).toBe(true);
    await page.evaluate(`(el.style.width = "")`);
    await page.waitFor(`root().querySelector(".group-row.tall") === null`);
    await page.evaluate(`page.rows(el)[0].focus()`);
    await page.press("ArrowRight");
    await page.waitFor(`page.rows(el).length === 6 && ${active}.ariaExpanded === "true"`);
    await page.press("ArrowDown");
    await page.waitFor(`${active}.ariaLevel === "2"`);
    await page.press("ArrowLeft");
    await page.waitFor(`${active}.ariaLevel === "1"`);
    await page.press("ArrowLeft");
    await page.waitFor(`page.rows(el).length === 3`);
    await page.type("r");
    await page.waitFor(
      `root().querySelectorAll(".turn").length === 3 && ${active}.ariaLabel === "Back to the list"`,
    );
    const said = await page.evaluate<string[]>(
      `[...root().querySelectorAll(".message-parts")].map((part) => part.textContent)`,
    );
    expect(said).toHaveLength(6);
    expect(said[2]).toBe("And a trace?");
    await page.evaluate(`root().querySelectorAll(".turn-head")[1].click()`);
    await page.waitFor(`el.value !== undefined && ${active}?.ariaLevel === "1"`);
    await page.press("Escape");
    await page.waitFor(`el.state.traceId === undefined && root().querySelectorAll(".turn").length === 3`);
    await page.waitFor(`${active} === root().querySelectorAll(".turn-head")[1]`);
    await page.press("Escape");
    await page.waitFor(`page.rows(el).length === 3 && ${active}?.ariaLevel === "1"`);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("plots what is searched for, and a time range chosen on the strip narrows the list", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.el = page.show(page.manyTraces(60)); document.body.append(el); el.style.height = "760px"; ${helpers}`,
    );
    await page.waitFor(`dotCount() === 60`);
    // The list's head already says how many there are.
    await page.waitFor(`root().querySelector(".plot-note") === null`);
    await page.evaluate(`button("Latency").click()`);
    await page.evaluate(`(el.style.width = "360px")`);
    await page.waitFor(`root().querySelector(".plot-body").clientWidth === 360`);
    await page.waitFor(`root().querySelector(".plot-note")?.textContent.startsWith("p50")`);
    const isWhole = `[...root().querySelectorAll(".plot-note, .plot-head .switch")].every((part) =>
      part.scrollWidth <= part.clientWidth && part.offsetLeft + part.offsetWidth <= 360)`;
    expect(await page.evaluate(isWhole)).toBe(true);
    await page.evaluate(`(el.style.width = "")`);
    await page.waitFor(`root().querySelector(".plot-figure")?.ariaLabel?.includes("p95") ||
      root().querySelector(".plot-figure")?.getAttribute("aria-label").includes("p95")`);
    await page.evaluate(`button("Tokens and errors").click()`);
    await page.waitFor(`root().querySelectorAll(".figure-pair .plot-figure").length === 2`);
    await page.evaluate(`find("End of the listed time").focus()`);
    for (let i = 0; i < 3; i++) {
      const last = await page.evaluate<number>(`el.state.time?.toMs ?? Infinity`);
      await page.press("ArrowLeft");
      await page.waitFor(`el.state.time?.toMs < ${last === Infinity ? "Infinity" : last}`);
    }
    await page.waitFor(`Number(root().querySelector(".count").firstChild.textContent) < 60`);
    await page.evaluate(`button("Spans").click()`);
    await page.waitFor(`root().querySelectorAll(".span-table tbody tr").length > 4`);
    await page.evaluate(`root().querySelector(".time-chip").click()`);
    await page.waitFor(`root().querySelector(".count").firstChild.textContent === "60"`);
    await page.evaluate(
      `[...root().querySelectorAll(".span-choice")].find(({ textContent }) => textContent.includes("cite")).click()`,
    );
    await page.waitFor(`el.state.text.startsWith("span.name = 'cite'")`);
    await page.evaluate(`(() => {
      const of = (state) => page.manyTraces(60).find(({ info }) => info.state === state).info.traceId;
      el.state = { text: "request_id IN ('" + of("OK") + "', '" + of("ERROR") + "')" };
    })()`);
    await page.waitFor(`page.rows(el).length === 2`);
    await page.evaluate(`button("Tokens and errors").click()`);
    await page.waitFor(`root().querySelector('[aria-label="1 failed trace over time"]') !== null`);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("returns to where it was when what took its place is closed", async (context) => {
    const page = await openWidget(
      await browser(context),
      `const said = "It depends on what was asked before. ".repeat(40);
       globalThis.el = page.show(Array.from({ length: 300 }, (_, i) => page.aTrace([page.aSpan({
         trace: i + 1, id: i + 1, name: "turn " + i, type: "CHAT_MODEL", sessionId: "s" + Math.floor(i / 5), startMs: i * 1000, endMs: i * 1000 + 400,
         inputs: { messages: [{ role: "user", content: "And then? " + i }] }, outputs: { role: "assistant", content: said } })])));
       document.body.append(el);
       el.style.width = "360px"; el.style.height = "500px"; ${helpers}
       globalThis.scroller = () => root().querySelector(".scroller[aria-label=Traces]");
       globalThis.row = (index) => page.rows(el).find((row) => row.ariaRowIndex === index);
       globalThis.place = () => scroller() && JSON.stringify([scroller().scrollTop, ${active}?.dataset.id]);`,
    );
    await page.waitFor(`scroller()?.scrollHeight > 10_000`);
    await page.evaluate(`scroller().scrollTop = 4000`);
    await page.waitFor(`row("83") !== undefined`);
    await page.evaluate(`globalThis.left = JSON.stringify([4000, row("83").dataset.id]), row("83").click()`);
    await page.waitFor(`${active}?.closest("[role=treegrid]") && scroller() === null`);
    await page.press("Escape");
    await page.waitFor(`place() === left`);

    // A comparison of two traces, with the focus on the second.
    await page.press("ArrowDown");
    await page.waitFor(`${active} === row("84")`);
    await page.type(" ");
    await page.press("ArrowDown");
    await page.waitFor(`${active} === row("85")`);
    await page.type(" ");
    await page.waitFor(`find("Compare the two") !== null`);
    await page.evaluate(`globalThis.left = place(), find("Compare the two").click()`);
    await page.waitFor(`${active}?.closest("[role=treegrid]") && scroller() === null`);
    await page.press("Escape");
    await page.waitFor(`place() === left && JSON.parse(left)[0] === 4000`);
    await page.press("Escape");

    // A conversation, and one of its traces.
    await page.waitFor(`find("Group by") !== null`);
    await page.evaluate(`(() => { const choice = find("Group by"); choice.value = "session";
      choice.dispatchEvent(new Event("change", { bubbles: true })); })()`);
    await page.waitFor(`scroller().scrollTop === 0 && page.rows(el)[0].ariaExpanded === "false"`);
    await page.evaluate(`scroller().scrollTop = 1500`);
    await page.waitFor(`row("33") !== undefined`);
    await page.evaluate(`row("33").focus({ preventScroll: true }), globalThis.left = place()`);
    await page.press("ArrowRight");
    await page.waitFor(`row("33").ariaExpanded === "true"`);
    await page.type("r");
    await page.waitFor(`root().querySelectorAll(".turn-head").length === 5 && scroller() === null`);
    await page.evaluate(`globalThis.turns = () => root().querySelector(".session-turns");
      const head = root().querySelectorAll(".turn-head")[3];
      head.focus();
      globalThis.leftTurn = JSON.stringify([turns().scrollTop, head.dataset.id]);
      head.click()`);
    await page.waitFor(`${active}?.closest("[role=treegrid]") && turns() === null`);
    await page.press("Escape");
    await page.waitFor(`turns() && JSON.stringify([turns().scrollTop, ${active}?.dataset.id]) === leftTurn`);
    expect(await page.evaluate(`turns().scrollTop > 500`)).toBe(true);
    await page.press("Escape");
    await page.waitFor(`place() === left && JSON.parse(left)[0] === 1500`);

    // The same beside the list.
    await page.evaluate(`(el.style.width = "1200px")`);
    await page.type("r");
    await page.waitFor(`root().querySelectorAll(".turn-head").length === 5 && scroller() !== null`);
    await page.evaluate(`root().querySelectorAll(".turn-head")[3].click()`);
    await page.waitFor(`${active}?.closest("[role=treegrid]")`);
    await page.press("Escape");
    await page.waitFor(`turns() && ${active}?.closest(".session-turns")`);
    await page.press("Escape");
    await page.waitFor(`turns() === null && ${active} !== null && ${active} === row("33")`);

    // A comparison of two traces that were selected beside an open one.
    await page.evaluate(`(() => { const choice = find("Group by"); choice.value = "";
      choice.dispatchEvent(new Event("change", { bubbles: true })); })()`);
    await page.waitFor(`root().querySelectorAll(".trace-row").length > 5 && row("3") !== undefined`);
    await page.evaluate(`row("3").click()`);
    await page.waitFor(`${active}?.closest("[aria-label=Spans]") && find("Select traces") !== null`);
    await page.evaluate(`find("Select traces").click()`);
    await page.waitFor(`root().querySelector(".trace-card input") !== null`);
    await page.evaluate(`for (const index of ["4", "5"]) {
      const box = scroller().querySelector('[aria-rowindex="' + index + '"] input');
      box.focus();
      box.click(); }`);
    await page.waitFor(`find("Compare the two") !== null`);
    await page.evaluate(`find("Compare the two").click()`);
    await page.waitFor(`${active}?.closest('[aria-label="Spans of both traces"]')`);
    await page.press("Escape");
    await page.waitFor(`${active} !== null && ${active} === row("5")`);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("can keep its state in an address, and the browser's back button works", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.el = page.show(page.demoTraces(), { state: page.decodeView("text=status+%3D+%27OK%27&order=name") });
       document.body.append(el); ${helpers}
       el.addEventListener("statechange", () => {
         const hash = "#" + page.encodeView(el.state);
         if (hash !== (location.hash || "#")) history.pushState(null, "", hash);
       });
       addEventListener("popstate", () => { el.state = page.decodeView(location.hash); });`,
    );
    await page.waitFor(`page.rows(el).length === 4 && field().value === "status = 'OK'"`);
    expect(await page.evaluate(`root().querySelector("[aria-sort]").textContent`)).toBe("Trace");
    await page.evaluate(`page.rows(el)[0].click()`);
    await page.waitFor(`location.hash.includes("traceId=")`);
    await page.evaluate(`el.value = undefined`);
    await page.waitFor(`page.rows(el).length === 4`);
    await page.evaluate(`find("Clear the search").click()`);
    await page.waitFor(`page.rows(el).length === 5 && !location.hash.includes("text=")`);
    await page.evaluate(`history.back()`);
    await page.waitFor(`el.value !== undefined && page.text(el).includes("rerank")`);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("announces new traces above without moving rows, columns or the focus", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.store = page.createMemoryStore();
       for (const trace of page.manyTraces(60)) await store.write(page.aBatch(trace.data.spans));
       globalThis.el = page.show(store); document.body.append(el); ${helpers}`,
    );
    await page.waitFor(`page.rows(el).length > 10`);
    await page.evaluate(`root().querySelector(".scroller").scrollTop = 640`);
    await page.waitFor(`page.rows(el).at(-1).getBoundingClientRect().top >
      root().querySelector(".scroller").getBoundingClientRect().bottom`);
    const look = `(() => {
      const { top, bottom } = root().querySelector(".scroller").getBoundingClientRect();
      const seen = page.rows(el).filter((row) => row.getBoundingClientRect().top > top + 29 && row.getBoundingClientRect().bottom < bottom);
      globalThis.mine ??= (seen[2].focus({ preventScroll: true }), seen[2]);
      return JSON.stringify([
        seen.map((row) => [row.dataset.id, row.getBoundingClientRect().top]),
        [...root().querySelectorAll("[role=columnheader]")].map((head) => [head.textContent, head.getBoundingClientRect().left]),
        ${active} === mine, mine.isConnected]); })()`;
    await page.evaluate(look);
    const before = await page.evaluate(look);
    await page.evaluate(`(async () => {
      for (let id = 900; id < 912; id++) {
        await store.write(page.aBatch([page.aSpan({ trace: id, id, startMs: 1e9 + id, sessionId: "s",
          usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 } })]));
      }
    })()`);
    await page.waitFor(`button("12 new traces")`);
    expect(await page.evaluate(look)).toBe(before);
    await page.evaluate(`button("12 new traces").click()`);
    await page.waitFor(`root().querySelector(".scroller").scrollTop === 0 && !button("12 new traces")`);
    await page.waitFor(
      `page.rows(el)[0].dataset.id.endsWith((911).toString(16).padStart(8, "0")) || page.rows(el)[0].textContent.includes("answer")`,
    );
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("keeps its layout with a word of a megabyte, ten thousand tags, and text that reverses its direction", async (context) => {
    const page = await openWidget(
      await browser(context),
      `const tags = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => ["key" + index, "x".repeat(50)]));
       const span = page.aSpan({ name: "w".repeat(1_000_000) });
       const turned = page.aTrace([page.aSpan({ trace: 2, id: 2, name: "invoice_\\u202egnp.exe" })],
         { sessionId: "\\u202eevil", requestPreview: "y".repeat(1_000_000) });
       globalThis.el = page.show([page.aTrace([span], { tags }), turned]); document.body.append(el); ${helpers}`,
    );
    await page.waitFor(`page.rows(el).length === 2`);
    expect(
      await page.evaluate(
        `page.rows(el).every((row) => row.clientHeight <= 40 && row.scrollWidth <= el.clientWidth)`,
      ),
    ).toBe(true);
    expect(await page.evaluate(`document.documentElement.scrollWidth <= innerWidth`)).toBe(true);
    expect(await page.evaluate(`page.rows(el).map((row) => row.textContent).join()`)).toContain(
      "invoice_⟨U+202E⟩gnp.exe",
    );
    await page.evaluate(`field().focus()`);
    await page.type("tag.key1");
    await page.waitFor(`options().length > 3`);
    await page.evaluate(`(() => { const choice = find("Group by"); choice.value = "session";
      choice.dispatchEvent(new Event("change", { bubbles: true })); })()`);
    await page.waitFor(`page.text(el).includes("⟨U+202E⟩evil")`);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("shows two explorers on a page that share nothing", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.el = page.show(page.demoTraces()); globalThis.other = page.show(page.demoTraces());
       document.body.append(el, other); ${helpers}`,
    );
    await page.waitFor(`page.rows(el).length === 5 && page.rows(other).length === 5`);
    await page.evaluate(
      `el.state = { text: "status = 'ERROR'", groupBy: "session", order: { field: "name", descending: false } }`,
    );
    await page.waitFor(`el.state.groupBy === "session" && page.rows(el).length === 1`);
    expect(await page.evaluate(`[page.rows(other).length, JSON.stringify(other.state)]`)).toEqual([5, "{}"]);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test.for(["light", "dark"])(
    "has no violation that axe finds in the list, in %s",
    { timeout: 120_000 },
    async (scheme, context) => {
      const page = await openWidget(
        await browser(context),
        `globalThis.el = page.show(page.sessionTraces()); document.body.append(el); ${helpers}
         document.documentElement.lang = "en"; document.documentElement.style.colorScheme = ${JSON.stringify(scheme)};
         document.body.style.background = "Canvas"; el.style.height = "760px";
         globalThis.once = (key, act) => { globalThis.done ??= new Set(); if (!done.has(key)) { done.add(key); act(); } return true; };`,
      );
      await page.evaluate(axeSource);
      const states: Record<string, string> = {
        plots: `dotCount() === 9`,
        spans: `once("spans", () => button("Spans").click()) && root().querySelectorAll(".span-table tbody tr").length === 1`,
        suggestions: `once("type", () => field().focus()) && once("input", () => setTimeout(() => { field().value = "stauts = 'x' AND name ";
          field().dispatchEvent(new Event("input", { bubbles: true })); }, 200)) && root().querySelector(".search-problem")`,
        help: `once("help", () => find("What you can search for").click()) && root().querySelector(".search-help")`,
        groups: `once("groups", () => { find("Group by").value = "session"; find("Group by").dispatchEvent(new Event("change", { bubbles: true }));
          el.state = { ...el.state, text: "" }; }) && once("open", () => setTimeout(() => root().querySelector(".group-row").click(), 100))
          && page.rows(el).length === 6`,
        conversation: `once("read", () => find("Read as a conversation").click()) && root().querySelectorAll(".turn").length === 3`,
      };
      for (const [state, ready] of Object.entries(states)) {
        await page.waitFor(ready);
        expect(await page.evaluate(findViolations), state).toEqual([]);
      }
      await page.close();
    },
  );
});

describe("chromium", () => {
  const browser = useBrowser("chromium");

  test("frees an explorer's memory, listeners and nodes when it is disposed of", async (context) => {
    const page = await openWidget(
      await browser(context),
      `globalThis.traces = page.manyTraces(50);
       globalThis.cycle = async (count) => {
         for (let i = 0; i < count; i++) {
           const unmount = page.mount(document.body, traces, { state: { text: i % 2 ? "" : "status = 'OK'" } });
           const el = document.querySelector("spanbook-explorer");
           const plotCount = i % 10 === 0 ? 1 : 0; // plots take their time
           while (page.rows(el).length === 0 || el.shadowRoot.querySelectorAll(".dots").length < plotCount) {
             await new Promise((resolve) => setTimeout(resolve));
           }
           unmount();
         }
       };`,
    );
    const session = await page.chromium!.context().newCDPSession(page.chromium!);
    await session.send("Performance.enable");
    const measure = async () => {
      await session.send("HeapProfiler.collectGarbage");
      const { metrics } = await session.send("Performance.getMetrics");
      const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
      return { listeners: of("JSEventListeners"), nodes: of("Nodes"), heapMb: of("JSHeapUsedSize") / 1e6 };
    };
    await page.evaluate(`cycle(5)`);
    const before = await measure();
    // One mount that stayed would leave more than one listener and ten nodes.
    await page.evaluate(`cycle(15)`);
    // What is pending when an explorer goes, such as a frame, lets go of it soon after.
    const grown = async (name: "listeners" | "nodes" | "heapMb") => (await measure())[name] - before[name];
    await expect.poll(() => grown("listeners")).toBeLessThan(15);
    await expect.poll(() => grown("nodes")).toBeLessThan(150);
    await expect.poll(() => grown("heapMb")).toBeLessThan(1);
    await page.close();
  }, 60_000);
});
