import { createMemoryStore } from "@spanbook/core/memory";
import { mount, show, type ExplorerElement, type TraceSource } from "@spanbook/widget";
import { afterEach, describe, expect, test, vi } from "vitest";
import { eventually } from "../support/eventually.js";
import { aBatch, aSpan, nano, recordOf, spanId, traceId } from "../support/spans.js";
import { toReader, type TraceReader } from "../../packages/widget/src/reading/source.js";
import { aTrace, demoTraces, hostileText, hostileTrace } from "../support/traces.js";

afterEach(() => document.body.replaceChildren());

async function opened(
  source: TraceSource,
  ready: string,
): Promise<{ element: ExplorerElement; root: ShadowRoot }> {
  const element = show(source);
  document.body.append(element);
  const root = element.shadowRoot!;
  await eventually(() => expect(root.textContent).toContain(ready));
  return { element, root };
}

function rowsOf(root: ShadowRoot): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>('[role="row"][data-id]')];
}

function press(target: Element | null | undefined, key: string): void {
  target?.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true }),
  );
}

describe("the explorer", () => {
  test("shows how to record a first trace if there is none", async () => {
    const { root } = await opened(createMemoryStore(), "No traces yet");
    expect(root.querySelector("pre")?.textContent.split("\n")).toHaveLength(3);
  });

  test("says how to get the spans of a trace that came without them", async () => {
    const { info, data } = demoTraces()[0]!;
    const { root } = await opened([{ info, data: { ...data, spans: [] } }], info.name);
    rowsOf(root)[0]?.click();
    const said = `Its ${info.spanCount} spans did not come along: search with includeSpans.`;
    await eventually(() => expect(root.textContent).toContain(said));
  });

  test("shows nothing while it has no source, and refuses what is not a source", async () => {
    const element = show(undefined as never);
    element.source = null as never;
    expect(element.shadowRoot?.textContent).toBe("");
    const expected = "source must be a store, a trace or several, got ";
    for (const [source, got] of [
      [Promise.resolve(createMemoryStore()), "a promise: await it"],
      ["traces", "string"],
      [{}, "an object without fields"],
    ] as const) {
      expect(() => show(source as never)).toThrow(new TypeError(expected + got));
    }
  });

  test("adds no attribute that a server did not render until it has the focus", async () => {
    const { element, root } = await opened(demoTraces(), demoTraces()[0]!.info.name);
    expect(element.getAttributeNames()).toEqual([]);
    root.querySelector("input")?.focus();
    expect(element.getAttributeNames()).toEqual(["data-lm-suppress-shortcuts"]);
  });

  test("lists traces with what was asked and how it went", async () => {
    const { root } = await opened(demoTraces(), "sourdough");
    const rows = rowsOf(root);
    expect(rows).toHaveLength(5);
    expect(rows[2]?.textContent).toContain("What hydration suits a sourdough starter?");
    expect(rows[2]?.querySelector('[role="img"]')?.getAttribute("aria-label")).toBe("Failed");
    expect(root.querySelector('[role="grid"]')?.getAttribute("aria-rowcount")).toBe("6");
  });

  test("lists requests without Markdown's marks, and searches them as they were written", async () => {
    const asked = "## Trip\n\nIs **Oslo** `cold`?";
    const traces = [asked, "no"].map((inputs, index) =>
      aTrace([aSpan({ trace: index + 1, startMs: index, inputs })], { requestPreview: inputs }),
    );
    const { element, root } = await opened(traces, "Is Oslo cold?");
    const cell = () => rowsOf(root).map((row) => row.querySelector(".cell-request"));
    expect(cell()[1]?.textContent.split(/\s+/).join(" ")).toBe("Trip Is Oslo cold?");
    expect(cell()[1]?.getAttribute("title")).toBe(asked);
    element.state = { text: '"**Oslo**"' };
    await eventually(() => expect(cell()).toHaveLength(1));
    expect(cell()[0]?.getAttribute("title")).toBe(asked);
  });

  test("sorts the list by the column whose header is clicked", async () => {
    const { root } = await opened(demoTraces(), "sourdough");
    const head = (title: string) =>
      [...root.querySelectorAll<HTMLElement>(".order")].find(({ textContent }) => textContent === title);
    head("Tokens")?.click();
    const tokensOf = () => rowsOf(root).map((row) => row.querySelector(".cell-tokens")?.textContent);
    await eventually(() => expect(tokensOf().at(-1)).toBe("2,055"));
    head("Tokens")?.click();
    await eventually(() => expect(tokensOf()[0]).toBe("2,055"));
    const sorted = root.querySelector('[aria-sort="ascending"]');
    expect(sorted?.textContent).toBe("Tokens");
  });

  test("selects several traces by keyboard, exports them, and asks before deleting them", async () => {
    const store = createMemoryStore();
    for (const { data } of demoTraces()) await store.write(aBatch(data.spans));
    const { root } = await opened(store, "sourdough");
    const grid = () => root.querySelector('[role="grid"] [role="row"][tabindex="0"]');
    press(grid(), " ");
    await eventually(() => expect(root.textContent).toContain("1 selected"));
    root.querySelector<HTMLElement>(".trace-row:last-child")?.focus();
    rowsOf(root)[2]?.dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: true }));
    await eventually(() => expect(root.textContent).toContain("3 selected"));

    const made: Blob[] = [];
    const createObjectURL = vi.fn((content: Blob) => `blob:${made.push(content)}`);
    vi.stubGlobal("URL", Object.assign(URL, { createObjectURL, revokeObjectURL: vi.fn() }));
    const downloads: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      downloads.push(this.download);
    });
    root.querySelector<HTMLElement>('[aria-label="Export as OTLP JSON"]')?.click();
    await eventually(() => expect(downloads).toEqual(["3-traces.otlp.json"]));
    vi.restoreAllMocks();
    vi.unstubAllGlobals();

    await eventually(() => expect(root.querySelector('[aria-label="Delete"]')).not.toBeNull());
    root.querySelector<HTMLElement>('[aria-label="Delete"]')?.click();
    await eventually(() => expect(root.activeElement?.textContent).toBe("Keep"));
    expect(root.textContent).toContain("Delete 3 traces for good?");
    press(root.activeElement, "Escape");
    await eventually(() => expect(root.activeElement?.getAttribute("aria-label")).toBe("Delete"));
    expect(root.textContent).toContain("3 selected");
    root.querySelector<HTMLElement>('[aria-label="Delete"]')?.click();
    await eventually(() => expect(root.activeElement?.textContent).toBe("Keep"));
    root.querySelector<HTMLElement>(".danger")?.click();
    await eventually(() => expect(rowsOf(root)).toHaveLength(2));
    expect((await store.search({})).traces).toHaveLength(2);
    expect(root.textContent).not.toContain("selected");
  });

  test("shows in the box above the list whether none, some or all traces are selected", async () => {
    const { root } = await opened(demoTraces(), "sourdough");
    const head = () => root.querySelector<HTMLInputElement>(".trace-head input")!;
    const looksOf = ({ checked, indeterminate }: HTMLInputElement) => ({ checked, indeterminate });
    const box = (index: number) => rowsOf(root)[index]?.querySelector("input");
    expect(looksOf(head())).toEqual({ checked: false, indeterminate: false });
    for (const [index, count] of [1, 2, 3, 4].entries()) {
      box(index)?.click();
      await eventually(() => expect(root.textContent).toContain(`${count} selected`));
      expect(looksOf(head())).toEqual({ checked: false, indeterminate: true });
    }
    box(4)?.click();
    await eventually(() => expect(looksOf(head())).toEqual({ checked: true, indeterminate: false }));
    box(2)?.click();
    await eventually(() => expect(looksOf(head())).toEqual({ checked: false, indeterminate: true }));
    head().click();
    await eventually(() => expect(root.textContent).toContain("5 selected"));
    expect(looksOf(head())).toEqual({ checked: true, indeterminate: false });
    head().click();
    await eventually(() => expect(root.textContent).not.toContain("selected"));
    expect(looksOf(head())).toEqual({ checked: false, indeterminate: false });
  });

  test("says when selecting all leaves out traces that were not read yet", async () => {
    const reader = toReader(demoTraces());
    const { root } = await opened(
      {
        ...reader,
        search: async ({ pageToken, ...query }) =>
          pageToken === undefined
            ? { ...(await reader.search(query)), nextPageToken: "2" }
            : new Promise<never>(() => {}),
      },
      "sourdough",
    );
    root.querySelector<HTMLElement>('[aria-label="Select all read so far"]')?.click();
    await eventually(() => expect(root.textContent).toContain("All 5 read so far selected"));
    rowsOf(root)[0]?.querySelector("input")?.click();
    await eventually(() => expect(root.textContent).toContain("4 selected"));
  });

  test("has no delete for traces passed in whole, and shows the columns one chooses", async () => {
    const { root } = await opened(demoTraces(), "sourdough");
    root.querySelector<HTMLElement>('[aria-label="Select all listed"]')?.click();
    await eventually(() => expect(root.textContent).toContain("5 selected"));
    expect(root.querySelector('[aria-label="Delete"]')).toBeNull();
    root.querySelector<HTMLElement>('[aria-label="Clear the selection"]')?.click();
    await eventually(() => expect(root.querySelector('[aria-label="Columns"]')).not.toBeNull());
    root.querySelector<HTMLElement>('[aria-label="Columns"]')?.click();
    await eventually(() => expect(root.querySelector(".popover")?.textContent).toContain("Session"));
    const line = (title: string) =>
      [...root.querySelectorAll<HTMLElement>(".check-line")].find(({ textContent }) => textContent === title);
    line("Request")?.querySelector("input")?.click();
    await eventually(() => expect(root.querySelector(".cell-request")).toBeNull());
    line("Tags")?.querySelector("input")?.click();
    await eventually(() =>
      expect(root.querySelector(".trace-row .cell-tags")?.textContent).toContain("topic: packages"),
    );
  });

  test("leads from the list to the failed span and its exception", async () => {
    const { element, root } = await opened(demoTraces(), "sourdough");
    const selections: unknown[] = [];
    document.body.addEventListener("input", () => selections.push(element.value), { once: false });
    rowsOf(root)[2]?.click();
    await eventually(() => expect(root.querySelector('[role="treegrid"]')).not.toBeNull());
    // The details are loaded when they are first shown.
    await eventually(() => expect(root.querySelector(".failure")?.textContent ?? "").toContain("RangeError"));
    root.querySelector<HTMLElement>(`[role="treegrid"] [data-id="${spanId(13)}"]`)?.click();
    await eventually(() =>
      expect(root.querySelector(".details .stack")?.textContent ?? "").toContain("compose.ts:41:11"),
    );
    expect(selections).toEqual([{ traceId: traceId(3) }, { traceId: traceId(3), spanId: spanId(13) }]);
  });

  test("is a treegrid whose rows state their position", async () => {
    const { root } = await opened(demoTraces()[0]!, "compose");
    const chat = root.querySelector(`[data-id="${spanId(11)}"]`)!;
    expect(chat.getAttribute("aria-level")).toBe("3");
    expect(chat.getAttribute("aria-posinset")).toBe("1");
    expect(chat.getAttribute("aria-setsize")).toBe("3");
    expect(chat.hasAttribute("aria-expanded")).toBe(false);
    expect(root.querySelector(`[data-id="${spanId(10)}"]`)?.getAttribute("aria-expanded")).toBe("true");
    expect(root.querySelectorAll('[role="treegrid"] [tabindex="0"]')).toHaveLength(1);
  });

  test("opens and closes rows by arrow keys, and keeps every key to itself", async () => {
    const { root } = await opened(demoTraces()[0]!, "compose");
    const outside = vi.fn();
    document.addEventListener("keydown", outside);
    const active = () => root.querySelector('[role="treegrid"] [tabindex="0"]');
    press(active(), "End");
    await eventually(() => expect(active()?.textContent).toContain("cite"));
    press(active(), "ArrowLeft");
    await eventually(() => expect(active()?.textContent).toContain("compose"));
    press(active(), "ArrowLeft");
    await eventually(() => expect(rowsOf(root)).toHaveLength(10));
    press(active(), "ArrowRight");
    await eventually(() => expect(rowsOf(root)).toHaveLength(13));
    press(active(), "b");
    document.removeEventListener("keydown", outside);
    expect(outside).not.toHaveBeenCalled();
  });

  test("goes to the next trace and back without returning to the list", async () => {
    const { element, root } = await opened(demoTraces(), "sourdough");
    const ids = rowsOf(root).map((row) => row.dataset["id"]);
    rowsOf(root)[0]?.click();
    let focused: Element | null = null;
    /** Waits until the focus is in the tree of that trace's spans. */
    const openAt = (index: number) =>
      eventually(() => {
        expect(element.state.traceId).toBe(ids[index]);
        const row = root.activeElement?.closest('[role="treegrid"] [role="row"]') ?? null;
        expect(row !== null && row !== focused).toBe(true);
        focused = row;
      });
    await openAt(0);
    press(focused, "k");
    expect(element.state.traceId).toBe(ids[0]);
    press(focused, "j");
    await openAt(1);
    press(focused, "j");
    await openAt(2);
    press(focused, "k");
    await openAt(1);
  });

  test("goes to the next trace of the open groups, in their order", async () => {
    // Newest first: 6 b, 5 a, 4 b, 3 none, 2 b, 1 a.
    const sessions = ["a", "b", undefined, "b", "a", "b"];
    const traces = sessions.map((sessionId, index) =>
      aTrace([aSpan({ trace: index + 1, startMs: index * 1000, ...(sessionId && { sessionId }) })]),
    );
    const { element, root } = await opened(traces, "answer");
    const group = root.querySelector<HTMLSelectElement>('[aria-label="Group by"]')!;
    group.value = "session";
    group.dispatchEvent(new Event("change", { bubbles: true }));
    const head = (id: string) => root.querySelector<HTMLElement>(`[data-id="group:${id}"]`);
    await eventually(() => expect(head("b")).not.toBeNull());
    head("b")?.click();
    head("")?.click();
    const row = (trace: number) => root.querySelector<HTMLElement>(`[data-id="${traceId(trace)}"]`);
    await eventually(() => expect(row(3)).not.toBeNull());
    row(6)?.click();
    const shown: (string | undefined)[] = [];
    for (const key of ["j", "j", "j", "j", "k", "k"]) {
      await eventually(() => expect(root.activeElement?.closest('[role="treegrid"]')).not.toBeNull());
      press(root.activeElement, key);
      shown.push(element.state.traceId);
    }
    // It stops at the end, and skips the traces of a closed group.
    expect(shown).toEqual([4, 2, 3, 3, 2, 4].map(traceId));
  });

  test("goes on to another trace while one is being read", async () => {
    const reader = toReader(demoTraces());
    const waiting: (() => void)[] = [];
    const get: TraceReader["get"] = async (id, options) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return reader.get(id, options);
    };
    const { element, root } = await opened({ ...reader, get }, "sourdough");
    const ids = rowsOf(root).map((row) => row.dataset["id"]);
    const waitingPane = () =>
      eventually(() => expect(root.activeElement?.querySelector('[role="status"]')).not.toBeNull());
    rowsOf(root)[0]?.click();
    await waitingPane();
    for (const [key, index] of [
      ["j", 1],
      ["j", 2],
      ["k", 1],
    ] as const) {
      press(root.activeElement, key);
      expect(element.state.traceId).toBe(ids[index]);
      await waitingPane();
    }
    for (const goOn of waiting) goOn();
    await eventually(() => expect(root.activeElement?.closest('[role="treegrid"]') ?? null).not.toBeNull());
  });

  test("says when a stream's first chunk came", async () => {
    const events = [{ name: "mlflow.chunk.item.0", timeUnixNano: nano(40) }];
    const { root } = await opened(aTrace([aSpan({ fields: { events } })]), "About the trace");
    rowsOf(root)[0]?.click();
    await eventually(() =>
      expect(root.querySelector(".fact-list")?.textContent).toContain("First chunkafter 40.0 ms"),
    );
  });

  test("shows a model's messages as a chat, and as JSON when asked", async () => {
    const { root } = await opened(demoTraces()[0]!, "compose");
    root.querySelector<HTMLElement>(`[role="treegrid"] [data-id="${spanId(11)}"]`)?.click();
    await eventually(() => expect(root.querySelectorAll(".message")).toHaveLength(3));
    const roles = [...root.querySelectorAll(".message-role")].map(({ textContent }) => textContent);
    expect(roles).toEqual(["system", "user", "assistant"]);
    expect(root.querySelector(".call")?.textContent).toContain("word_count");
    root.querySelector<HTMLElement>('[aria-label="Inputs as"] button:last-child')?.click();
    await eventually(() => expect(root.querySelectorAll(".message")).toHaveLength(1));
    expect(root.querySelector(".details")?.textContent).toContain("temperature");
  });

  test("shortens instructions and tool results until asked for the rest, but not the message being answered", async () => {
    const long = "Be careful. ".repeat(200);
    const messages = ["system", "user", "tool", "tool"].map((role) => ({ role, content: long }));
    const { root } = await opened(
      aTrace([aSpan({ type: "CHAT_MODEL", inputs: { messages } })]),
      "About the trace",
    );
    rowsOf(root)[0]?.click();
    const more = () => [...root.querySelectorAll<HTMLElement>(".message")].map(moreOf);
    const moreOf = (message: Element) => message.querySelector<HTMLElement>(".more")?.textContent;
    await eventually(() =>
      expect(more()).toEqual(["… show all 2.40 kB", undefined, "… show all 2.40 kB", undefined]),
    );
    root.querySelector<HTMLElement>(".message .more")?.click();
    await eventually(() => expect(more()[0]).toBeUndefined());
    expect(root.querySelector(".message")?.textContent).toContain(long.trim());
  });

  test("shows a JSON request as values, and what failed inside the trace below the answer", async () => {
    const spans = [
      aSpan({ status: "OK", inputs: { question: "Rain?", max_steps: 9 }, outputs: "It *rains*." }),
      aSpan({ id: 2, parent: 1, fields: { status: { code: 2, message: "no answer" } } }),
    ];
    const { root } = await opened(aTrace(spans), "About the trace");
    await eventually(() => expect(root.querySelector(".failure")?.textContent).toContain("no answer"));
    const titles = [...root.querySelectorAll(".section-toggle")].map(({ textContent }) => textContent);
    expect(titles.slice(0, 3)).toEqual(["Request", "Response", "Failures on the way"]);
    expect(root.querySelector(".json")?.textContent).toContain("max_steps9");
    expect(root.querySelector('[aria-label="Request as"]')).toBeNull();
    expect(root.querySelector('[aria-label="Response as"]')).not.toBeNull();
  });

  test("shows a chat's tools in one line, and opens them when a search finds them", async () => {
    const tools = [{ type: "function", function: { name: "weather", description: "Where it rains." } }];
    const inputs = { messages: [{ role: "user", content: "Rain?" }], tools, temperature: 0 };
    const { root } = await opened(aTrace([aSpan({ type: "CHAT_MODEL", inputs })]), "About the trace");
    rowsOf(root)[0]?.click();
    const others = () => root.querySelector(".chat > .json");
    await eventually(() => expect(others()?.textContent).toContain("tools[1] {…}"));
    expect(others()?.textContent).toContain("temperature0");
    others()?.querySelector<HTMLElement>('[aria-expanded="false"]')?.click();
    await eventually(() => expect(others()?.textContent).toContain('0{2} type: "function"'));

    const field = root.querySelector<HTMLInputElement>('[aria-label^="Search spans"]')!;
    field.value = "where it rains";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await eventually(() => expect(others()?.querySelector("mark")?.textContent).toBe("Where it rains"));
  });

  test("moves among spans and traces by the same keys from the details", async () => {
    const { element, root } = await opened(demoTraces(), "sourdough");
    rowsOf(root)[2]?.click();
    await eventually(() => expect(root.textContent).toContain("About the trace"));
    const inDetails = () => root.querySelector<HTMLElement>(".details .section-toggle");
    press(inDetails(), "e");
    await eventually(() => expect(element.state.spanId).toBe(spanId(13)));
    await eventually(() => expect(inDetails()).not.toBeNull());
    // The focus moves along, as with the keys to other traces.
    const focusedRow = () => root.activeElement?.closest("[role=row]")?.getAttribute("data-id");
    expect(focusedRow()).toBe(spanId(13));
    inDetails()?.focus();
    press(inDetails(), "e");
    await eventually(() => expect(element.state.spanId).not.toBe(spanId(13)));
    await eventually(() => expect(focusedRow()).toBe(element.state.spanId));
    inDetails()?.focus();
    press(inDetails(), "n"); // Nothing is searched for.
    expect(root.activeElement).toBe(inDetails());
    const { traceId: shown } = element.state;
    press(inDetails(), "j");
    const { traceId: next } = element.state;
    expect(next).not.toBe(shown);
    // A click on text gives the focus to the pane.
    const pane = () => root.querySelector<HTMLElement>(".trace-pane");
    await eventually(() => expect(root.querySelector('.trace-pane [role="treegrid"]')).not.toBeNull());
    pane()?.focus();
    expect(root.activeElement).toBe(pane());
    press(pane(), "k");
    expect(element.state.traceId).toBe(shown);
  });

  test("keeps the elements of an answer that grows", async () => {
    const store = createMemoryStore();
    const answers = ["Two **stores**\n\n- idb", "Two **stores**\n\n- idb\n- sql.js\n\n```\nnpm i"];
    const write = (outputs: string, version: number) =>
      store.write(aBatch([recordOf(aSpan({ name: "answer", open: true, outputs }), version)]));
    await write(answers[0]!, 1);
    const { element, root } = await opened(store, "answer");
    element.value = { traceId: traceId(1), spanId: spanId(1) };
    // The span's, not the trace's, which may be shown until the span is read.
    const outputs = () => root.querySelector('.details[aria-label^="Span"]');
    await eventually(() => expect(outputs()?.querySelectorAll(".markdown li")).toHaveLength(1));
    const first = outputs()?.querySelector(".markdown strong");
    const seen: boolean[] = [];
    const observer = new MutationObserver(() => seen.push(first?.isConnected === true));
    observer.observe(root, { childList: true, subtree: true });
    await write(answers[1]!, 2);
    await eventually(() => expect(root.querySelector(".markdown pre")?.textContent).toBe("npm i"));
    observer.disconnect();
    expect(root.querySelectorAll(".markdown li")).toHaveLength(2);
    expect(seen.length > 0 && seen.every(Boolean)).toBe(true);
  });

  test("shows what a retriever found as documents, and a span as OTLP", async () => {
    const { root } = await opened(demoTraces()[0]!, "compose");
    root.querySelector<HTMLElement>(`[role="treegrid"] [data-id="${spanId(2)}"]`)?.click();
    await eventually(() => expect(root.querySelectorAll(".document")).toHaveLength(4));
    expect(root.querySelector(".document-score")?.textContent).toBe("0.91");
    const sections = [...root.querySelectorAll<HTMLElement>(".section-toggle")];
    sections.find(({ textContent }) => textContent === "Raw OTLP")?.click();
    await eventually(() => expect(root.textContent).toContain('"resourceSpans"'));
  });

  test("shows documents as Markdown, as they were written, or as JSON", async () => {
    const outputs = [{ page_content: "Run **it**", metadata: { source: "a.md" } }];
    const { root } = await opened(aTrace([aSpan({ type: "RETRIEVER", outputs })]), "About the trace");
    rowsOf(root)[0]?.click();
    await eventually(() => expect(root.querySelector(".document strong")?.textContent).toBe("it"));
    const choose = (name: string) =>
      [...root.querySelectorAll<HTMLElement>('[aria-label="Outputs as"] button')]
        .find(({ textContent }) => textContent === name)
        ?.click();
    choose("Text");
    await eventually(() => expect(root.querySelector(".document")?.textContent).toContain("Run **it**"));
    choose("JSON");
    await eventually(() => expect(root.querySelector(".document")).toBeNull());
    choose("Markdown");
    await eventually(() => expect(root.querySelector(".document strong")).not.toBeNull());
  });

  test("marks what is searched for within Markdown, wherever it is visible there", async () => {
    const outputs = `Take **IndexedDB** in a [page](https://example.com), [bank.com](https://evil.example).\n\n\`\`\`\nopenStore()\n\`\`\`\n\n${"A line.\n".repeat(
      1000,
    )}And the *end*.`;
    const { element, root } = await opened(aTrace([aSpan({ outputs })]), "About the trace");
    element.value = { traceId: traceId(1), spanId: spanId(1) };
    const details = () => root.querySelector(".details-body");
    const find = async (text: string, within: string) => {
      element.state = { ...element.state, spanFilter: { text } };
      await eventually(() =>
        expect(details()?.querySelector(`${within} mark`)?.textContent.toLowerCase()).toBe(text),
      );
    };
    await find("indexeddb", ".markdown strong");
    await find("openstore", ".markdown pre");
    await find("evil.example", ".markdown .faint");
    await find("end", ".markdown em");
    // Visible only in the text as it was written.
    await find("**indexeddb** in", ".text-block");
    await find("example.com", ".text-block");
    expect(root.querySelector(".markdown")).toBeNull();
  });

  test("searches a large value, opens what it finds, and opens JSON inside a text", async () => {
    const inputs = {
      rows: Array.from({ length: 40 }, (_, row) => ({ row, name: `name ${row}` })),
      packed: '{"inside":{"deep":true}}',
    };
    const { root } = await opened(aTrace([aSpan({ inputs })]), "About the trace");
    rowsOf(root)[0]?.click();
    await eventually(() => expect(root.querySelector(".json-search")).not.toBeNull());
    const packed = [...root.querySelectorAll<HTMLElement>(".json-toggle")].find((toggle) =>
      toggle.textContent.startsWith("packed"),
    );
    packed?.click();
    await eventually(() => expect(root.querySelector(".details")?.textContent).toContain("deep"));
    const field = root.querySelector<HTMLInputElement>(".json-search input")!;
    field.value = "NAME 37";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await eventually(() => expect(root.querySelector(".json-search")?.textContent).toContain("1 match"));
    const section = root.querySelector(".json .mono");
    expect(section?.querySelector("mark")?.textContent).toBe("name 37");
    expect(section?.textContent).not.toContain("name 36");
  });

  test("shows the beginning of a text of megabytes, and reads all of it as values when asked", async () => {
    const inputs = { messages: [{ role: "user", content: "tell me ".repeat(100_000) }] };
    const { root } = await opened(aTrace([aSpan({ inputs })]), "About the trace");
    rowsOf(root)[0]?.click();
    await eventually(() => expect(root.querySelector(".text-block")?.textContent).toContain('"role":"user"'));
    expect(root.querySelector(".message")).toBeNull();
    const links = [...root.querySelectorAll<HTMLElement>(".link")];
    links.find(({ textContent }) => textContent.startsWith("Read all"))?.click();
    await eventually(() => expect(root.querySelector(".message")?.textContent).toContain("tell me"));
  });

  test("moves the focus from a deleted row to the one in its place, whichever element shows it", async () => {
    const store = createMemoryStore();
    const spans = Array.from({ length: 60 }, (_, i) => aSpan({ trace: i + 1, id: i + 1, startMs: i }));
    await store.write(aBatch(spans));
    const { root } = await opened(store, "answer");
    rowsOf(root)[3]?.focus();
    await eventually(() => expect(rowsOf(root)[3]?.tabIndex).toBe(0));
    await store.delete({ traceIds: [traceId(57)] });
    await eventually(() => expect(root.querySelector(`[data-id="${traceId(57)}"]`)).toBeNull());
    await eventually(() =>
      expect((root.activeElement as HTMLElement | null)?.dataset["id"]).toBe(traceId(56)),
    );
  });

  test("finds spans, keeps what encloses them, and goes from match to match", async () => {
    const { root } = await opened(demoTraces()[0]!, "compose");
    press(root.querySelector('[role="treegrid"] [tabindex="0"]'), "/");
    const field = root.querySelector<HTMLInputElement>(".tools input")!;
    await eventually(() => expect(root.activeElement).toBe(field));
    field.value = "score";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await eventually(() => expect(rowsOf(root)).toHaveLength(6));
    expect(root.querySelectorAll(".span-row mark")).toHaveLength(4);
    press(field, "Enter");
    // Two more have it in their outputs, which may be known by now.
    await eventually(() => expect(root.querySelector(".tools")?.textContent).toMatch(/1 of 4|3 of 6/));
    await eventually(() => expect(root.querySelector(".tools")?.textContent).toMatch(/\d of 6/));
    expect(rowsOf(root)).toHaveLength(7);
    field.value = "nothing like it";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await eventually(() => expect(root.textContent).toContain("Searching the spans"));
    await eventually(() => expect(root.textContent).toContain("No span matches"));
    field.value = "word_count";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await eventually(() => expect(root.querySelector(".tools")?.textContent).toContain("2 spans"));
    press(field, "Enter");
    // The chat called it, so its message is marked.
    await eventually(() =>
      expect([...root.querySelectorAll(".details mark")].map(({ textContent }) => textContent)).toEqual([
        "word_count",
      ]),
    );
    press(field, "Escape");
    await eventually(() => expect(rowsOf(root)).toHaveLength(13));
  });

  test("says how much of two large traces is read, can stop, and reads on before it compares them", async () => {
    const spansOf = (trace: number) =>
      Array.from({ length: 5200 }, (_, i) =>
        aSpan({
          trace,
          id: i + 1,
          ...(i > 0 && { parent: 1 }),
          name: i === 0 ? "crawl" : "page",
          startMs: i,
        }),
      );
    const reader = toReader([aTrace(spansOf(1)), aTrace(spansOf(2))]);
    let isHeld = true;
    const get: TraceReader["get"] = (id, options) =>
      isHeld && options?.after ? new Promise(() => {}) : reader.get(id, options);
    const { element, root } = await opened({ ...reader, get }, "crawl");
    element.state = { compare: { beforeId: traceId(1), afterId: traceId(2) } };
    const note = () => root.querySelector(".rest-note");
    await eventually(() => expect(note()?.textContent).toBe("10,000 of 10,400 spansStop"));
    note()?.querySelector("button")?.click();
    await eventually(() => expect(root.textContent).toContain("The traces were not read in full"));
    isHeld = false;
    note()?.querySelector("button")?.click();
    await eventually(() => expect(root.querySelector('[aria-label="Spans of both traces"]')).not.toBeNull());
    expect(note()).toBeNull();
    await eventually(() => expect(root.textContent).toContain("Inputs and outputs were not compared"));
  });

  test("copies and saves nothing when cancelled while reading", async () => {
    const spans = Array.from({ length: 600 }, (_, i) =>
      aSpan({ id: i + 1, ...(i > 0 && { parent: 1 }), startMs: i }),
    );
    const reader = toReader(aTrace(spans));
    const waiting: (() => void)[] = [];
    const get: TraceReader["get"] = async (id, options) => {
      if (options?.include === "spans" && options.after) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      return reader.get(id, options);
    };
    const writeText = vi.fn(async (_text: string) => {});
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    const createObjectURL = vi.fn(() => "blob:1");
    vi.stubGlobal("URL", Object.assign(URL, { createObjectURL, revokeObjectURL: vi.fn() }));
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
    const cancel = vi.fn(async (_requestId: string) => {});
    const { root } = await opened({ ...reader, get, cancel }, "About the trace");
    root.querySelector<HTMLElement>('[aria-label="Copy and save"]')?.click();
    const button = (text: string) =>
      [...root.querySelectorAll<HTMLElement>(".menu button")].find(({ textContent }) => textContent === text);
    for (const label of ["Copy as JSON", "Save as OTLP JSON", "Print"]) {
      await eventually(() => expect(button(label)).toBeDefined());
      button(label)?.click();
      await eventually(() => expect(root.textContent).toContain("Reading 250 of 600 spans"));
      cancel.mockClear();
      button("Cancel")?.click();
      expect(cancel).toHaveBeenCalledOnce();
      for (const resolve of waiting.splice(0)) resolve();
      await eventually(() => expect(root.querySelector(".menu-outcome")?.textContent).toBe(""));
    }
    button("Copy as OTLP JSON")?.click();
    const release = setInterval(() => waiting.splice(0).forEach((resolve) => resolve()));
    await eventually(() => expect(root.textContent).toContain("Copied"));
    clearInterval(release);
    expect(writeText).toHaveBeenCalledOnce();
    expect(writeText.mock.calls[0]?.[0].match(/"spanId"/g)).toHaveLength(600);
    expect(createObjectURL).not.toHaveBeenCalled();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  test("shows hostile data as text only", async () => {
    const { root } = await opened([hostileTrace()], "</script>");
    rowsOf(root)[1]?.click();
    await eventually(() => expect(root.querySelector(".details .stack")).not.toBeNull());
    expect(root.querySelectorAll("script, img, a, iframe, style, [onload], [onerror]")).toHaveLength(0);
    expect(root.textContent).toContain(hostileText.slice(0, 40));
    expect(root.textContent).not.toContain("\u202e");
    expect((globalThis as { hacked?: unknown }).hacked).toBeUndefined();
  });

  test("says what failed and what to do, and tries again", async () => {
    const store = createMemoryStore();
    const search = vi
      .fn(store.search)
      .mockRejectedValueOnce(Object.assign(new Error("the worker ended"), { name: "StoreWorkerError" }));
    const { root } = await opened({ ...store, search }, "StoreWorkerError: the worker ended");
    expect(root.textContent).toContain("Open and show the store again");
    root.querySelector<HTMLButtonElement>(".notice button")?.click();
    await eventually(() => expect(root.textContent).toContain("No traces yet"));
  });

  test("shows how long open spans have run, and an unfinished trace as unfinished", async () => {
    const spans = [aSpan({ id: 1, open: true }), aSpan({ id: 2, parent: 1, name: "done", startMs: 5 })];
    const { root } = await opened(aTrace(spans, {}, false), "Unfinished");
    expect(rowsOf(root)[0]?.textContent).toContain("unfinished");
    const running = await opened(aTrace(spans), "Running");
    expect(rowsOf(running.root)[0]?.querySelector(".quantity")?.getAttribute("title")).toContain("so far");
    await eventually(() => expect(root.textContent).toContain("stopped before 1 span had ended"));
  });

  test("is independent of another one on the page", async () => {
    const first = await opened(demoTraces(), "sourdough");
    const second = await opened(demoTraces(), "sourdough");
    first.element.value = { traceId: traceId(1), spanId: spanId(2) };
    await eventually(() => expect(first.root.querySelector(".details")).not.toBeNull());
    expect(second.element.value).toBeUndefined();
    expect(second.root.querySelector(".details")).toBeNull();
  });

  test("is removed by what mount returns, and disposed of on invalidation", async () => {
    const undo = mount(document.body, demoTraces());
    expect(document.body.childElementCount).toBe(1);
    undo();
    expect(document.body.childElementCount).toBe(0);
    const element = show(demoTraces(), { invalidation: Promise.resolve() });
    await eventually(() => expect(element.source).toBeUndefined());
    expect(element.shadowRoot?.childElementCount).toBe(0);
    element.dispose();
  });

  test("follows a store while it is in a document, and pauses while it is not", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const store = createMemoryStore();
      await store.write(aBatch([aSpan({ trace: 1 }), aSpan({ trace: 2, id: 2, startMs: 5 })]));
      const changes = vi.fn(store.changes);
      const element = show({ ...store, changes });
      document.body.append(element);
      const root = element.shadowRoot!;
      await eventually(() => expect(rowsOf(root)).toHaveLength(2));
      await store.write(aBatch([aSpan({ trace: 3, id: 3, name: "late", startMs: 9 })]));
      await vi.advanceTimersByTimeAsync(2100);
      await eventually(() => expect(rowsOf(root)[0]?.textContent).toContain("late"));
      element.remove();
      await vi.advanceTimersByTimeAsync(3000);
      const seen = changes.mock.calls.length;
      await vi.advanceTimersByTimeAsync(10_000);
      expect(changes.mock.calls.length).toBe(seen);
      document.body.append(element);
      await vi.advanceTimersByTimeAsync(10);
      expect(changes.mock.calls.length).toBe(seen + 1);
    } finally {
      vi.useRealTimers();
    }
  });
});
