import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createMemoryStore } from "@spanbook/core/memory";
import type { Trace } from "@spanbook/core/model";
import { createReport, formatTrace } from "@spanbook/widget";
import { show } from "@spanbook/widget/notebook";
import { describe, expect, test, vi } from "vitest";
import { createNotebook } from "../../packages/widget/src/hosts/notebook.js";
import type { DenoKernel, MimeBundle } from "../../packages/widget/src/hosts/deno-kernel.js";
import { createReplaceableReader } from "../../packages/widget/src/reading/replaceable-reader.js";
import { describeSnapshot, takeSnapshot } from "../../packages/widget/src/hosts/snapshot.js";
import { fromPackedText } from "../../packages/widget/src/report/packing.js";
import { aBatch, aSpan } from "../support/spans.js";
import { aTrace, demoSpans, demoTraces, manyTraces } from "../support/traces.js";

async function storeWithTraces(count: number) {
  const store = createMemoryStore();
  for (const { data } of manyTraces(count)) await store.write(aBatch(data.spans));
  return store;
}

/** The traces in an output. */
async function tracesIn(html: string): Promise<Trace[]> {
  const [, packed = ""] = /<!--spanbook-data ([^-]*)-->/.exec(html) ?? [];
  return (JSON.parse(await fromPackedText(packed)) as { traces: Trace[] }).traces;
}

/** A kernel that keeps what it is sent, as a notebook does: an output has what was last sent under its id. */
function aKernel() {
  const outputs = new Map<string, MimeBundle>();
  const kernel: DenoKernel = {
    display: async (bundle, { display_id: id }) => void outputs.set(id, bundle),
    broadcast: async (_type, { data, transient: { display_id: id } }) => void outputs.set(id, data),
  };
  return { kernel, bundles: () => [...outputs.values()] };
}

const hasLibrary = (bundle: MimeBundle) => bundle["text/html"]?.includes("<!--spanbook-library ") ?? false;

describe("a snapshot", () => {
  test("holds the newest traces whole, and says how many it left out", async () => {
    const snapshot = await takeSnapshot(await storeWithTraces(30), { maxTraces: 12 });
    expect(snapshot.traces).toHaveLength(12);
    expect(snapshot.traces[0]?.data.spans.length).toBe(snapshot.traces[0]?.info.spanCount);
    expect(describeSnapshot(snapshot)).toBe("the newest 12 of 30 traces");
    const all = await takeSnapshot(await storeWithTraces(30), {});
    expect(describeSnapshot(all)).toBe("30 traces");
  });

  test("holds no more spans than its size allows, if need be only the first of the newest trace", async () => {
    const traces = demoTraces();
    const sizeOf = (trace: Trace) =>
      trace.data.spans.reduce((sum, span) => sum + JSON.stringify(span).length, 0);
    const whole = await takeSnapshot(traces, {});
    const [newest, next] = whole.traces;
    const maxSize = sizeOf(newest!) + sizeOf(next!) - 1;
    expect(describeSnapshot(await takeSnapshot(traces, { maxSize }))).toBe(
      `the newest 1 of ${traces.length} traces`,
    );
    const part = await takeSnapshot([newest!], { maxSize: sizeOf(newest!) - 1 });
    const count = newest!.data.spans.length;
    expect(part.traces[0]?.data.spans).toEqual(newest!.data.spans.slice(0, count - 1));
    expect(describeSnapshot(part)).toBe(`1 trace, the first ${count - 1} of its ${count} spans`);
  });
});

describe("an output", () => {
  test("has its traces, the library, and a form for readers without scripts", async () => {
    const html = await show(demoTraces()).html();
    expect(await tracesIn(html)).toHaveLength(demoTraces().length);
    expect(html).toContain("<!--spanbook-library H4s");
    expect(html.match(/<img alt="Timeline" src="data:image\/svg\+xml;base64,/g)).toHaveLength(1);
    const visible = html.replace(/<!--[^]*?-->|<script>[^]*?<\/script>|<[^>]*>/g, "");
    expect(visible).toMatch(/RangeError: no chunk mentions/);
    expect(visible).not.toContain("spanbook-");
  });

  test("lets nothing break out of it, whatever the traces hold", async () => {
    const name = "--><script>alert(1)</script><img src=x onerror=alert(1)>";
    const [trace] = demoTraces();
    const hostile: Trace = { ...trace!, info: { ...trace!.info, name, requestPreview: name } };
    const harmless = await show(trace!).html();
    const html = await show(hostile).html();
    for (const mark of ["<script", "<img", "-->", 'onerror="']) {
      expect([mark, html.split(mark).length]).toEqual([mark, harmless.split(mark).length]);
    }
  });

  test("is also text: the newest ten traces, and how many there are", async () => {
    const text = await show(await storeWithTraces(30)).text();
    expect(text.match(/^OK, .*, trace [0-9a-f]{32}$/gm)?.length).toBeLessThanOrEqual(10);
    expect(text).toMatch(/Shown: the newest 10 of 30 traces\.$/);
    expect(await show([]).text()).toBe("No traces.");
  });

  test("is refused if an option is not a valid limit", async () => {
    await expect(show([], { maxSize: 0.5 }).text()).rejects.toThrow(
      new RangeError("maxSize must be an integer from 1, got 0.5"),
    );
  });

  test("is refused if its source is not one, in words that say what it got", async () => {
    const refusal = async (source: unknown) =>
      show(source as Trace)
        .text()
        .catch(String);
    const store = await storeWithTraces(1);
    const expected = "TypeError: source must be a store, a trace or several, got ";
    expect(await refusal(Promise.resolve(store))).toBe(`${expected}a promise: await it`);
    expect(await refusal(await store.search({}))).toBe(`${expected}an object with traces`);
    expect(await refusal(undefined)).toBe(`${expected}undefined`);
    expect(await refusal("traces.db")).toBe(`${expected}string`);
    expect(await refusal([demoTraces()[0], null])).toBe(`${expected}null at 1`);
    await expect(createReport("traces.db" as unknown as Trace)).rejects.toThrow(
      `${expected.slice(11)}string`,
    );
  });

  test("says how many spans a trace has if they did not come with it", async () => {
    const { traces } = await (await storeWithTraces(1)).search({});
    const { spanCount } = traces[0]!.info;
    expect(await show(traces).text()).toMatch(new RegExp(`^… and ${spanCount} spans more$`, "m"));
    expect(await show(traces).html()).toContain(`and ${spanCount} spans more</div>`);
  });

  test("says in a terminal what failed, in a line that cannot control the terminal", () => {
    const failure = (message: string) =>
      formatTrace(aTrace([aSpan({ fields: { status: { code: 2, message } } })])).split("✗ ")[1];
    expect(failure("no")).toBe("failed: no");
    expect(failure("")).toBe("failed");
    const attributes = { "exception.type": "KeyError", "exception.message": "k" };
    const events = [{ timeUnixNano: "1", name: "exception", attributes }];
    const thrown = aTrace([aSpan({ status: "ERROR", fields: { events } })]);
    expect(formatTrace(thrown).split("✗ ")[1]).toBe("failed: KeyError: k");
    expect(failure("\n no \u001b[2J \r\n at line 1")).toBe("failed: no \\u001b[2J …");
    expect(failure("x".repeat(1000))).toBe(`failed: ${"x".repeat(200)} …`);
  });

  test("is printed in a terminal, awaited or not, once", { timeout: 60_000 }, async () => {
    const program = (line: string) =>
      `import { show } from "@spanbook/widget"; const trace = ${JSON.stringify(demoTraces()[0])}; ${line}`;
    for (const line of ["show(trace);", "await show(trace);", "const s = show(trace); await s; await s;"]) {
      const { stdout } = await promisify(execFile)(process.execPath, [
        "--input-type=module",
        "--eval",
        program(line),
      ]);
      expect(stdout.match(/, trace /g)).toHaveLength(1);
    }
  });
});

describe("the outputs of a notebook", () => {
  test("have the library only in the first and the newest of them", async () => {
    const { kernel, bundles } = aKernel();
    const notebook = createNotebook(kernel);
    for (let shown = 1; shown <= 4; shown++) {
      await notebook.display(demoTraces(), {});
      expect(bundles().map(hasLibrary)).toEqual(bundles().map((_, at) => at === 0 || at === shown - 1));
    }
  });

  test("follow their store: its newest output is updated, and the earlier ones are kept", async () => {
    const store = createMemoryStore();
    const { kernel, bundles } = aKernel();
    const notebook = createNotebook(kernel);
    const counts = () =>
      Promise.all(bundles().map(async (bundle) => (await tracesIn(bundle["text/html"]!)).length));
    await notebook.display(store, {});
    await store.write(aBatch(demoSpans({ trace: 1, startMs: 0 })));
    await expect.poll(counts).toEqual([1]);
    let end = () => undefined as void;
    await notebook.display(store, { invalidation: new Promise<void>((done) => (end = done)) });
    await store.write(aBatch(demoSpans({ trace: 2, startMs: 1000 })));
    await expect.poll(counts).toEqual([1, 2]);
    end();
  });
});

test("a trace that runs on without news is sent again before it is taken for unfinished", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    const store = createMemoryStore();
    await store.write(aBatch([aSpan({ open: true, fields: { startTimeUnixNano: `${Date.now()}000000` } })]));
    const { kernel, bundles } = aKernel();
    let end = () => undefined as void;
    const invalidation = new Promise<void>((done) => (end = done));
    await createNotebook(kernel).display(store, { invalidation });
    const html = () => bundles()[0]!["text/html"]!;
    for (let times = 0; times < 3; times++) {
      const before = html();
      const toldAtMs = Date.now();
      const later = async () => {
        await vi.advanceTimersByTimeAsync(1000);
        return html();
      };
      await expect.poll(later).not.toBe(before);
      expect(Date.now() - toldAtMs).toBeLessThan(60_000);
    }
    end();
  } finally {
    vi.useRealTimers();
  }
});

test("an output with news is updated before another is shown, whatever its store", async () => {
  const store = createMemoryStore();
  const { kernel, bundles } = aKernel();
  const notebook = createNotebook(kernel);
  let end = () => undefined as void;
  await notebook.display(store, { invalidation: new Promise<void>((done) => (end = done)) });
  await store.write(aBatch(demoSpans({ trace: 1, startMs: 0 })));
  await notebook.display([], {});
  const [first] = bundles();
  expect(await tracesIn(first!["text/html"]!)).toHaveLength(1);
  end();
});

test("a newer snapshot reports what differs from the one before, as a store does", async () => {
  const [one, two] = manyTraces(2);
  const { reader, replace } = createReplaceableReader(({ info }) => info.revision, [one!]);
  let calls = 0;
  const forget = reader.onChange?.(() => calls++);
  const { revision } = await reader.changes(0, 1000);
  const grown = { ...one!, info: { ...one!.info, revision: one!.info.revision + 1 } };
  replace([grown, two!]);
  const next = await reader.changes(revision, 1000);
  expect(next.changes.map(({ traceId: id, deleted }) => [id, deleted])).toEqual([
    [one!.info.traceId, false],
    [two!.info.traceId, false],
  ]);
  expect((await reader.get(two!.info.traceId))?.info).toEqual({ ...two!.info, revision: next.revision });
  forget?.();
  replace([grown]);
  expect((await reader.changes(next.revision, 1000)).changes).toMatchObject([
    { traceId: two!.info.traceId, deleted: true },
  ]);
  expect(calls).toBe(1);
});
