import { createClient } from "@spanbook/core/client";
import { createMemoryStore } from "@spanbook/core/memory";
import type { Trace } from "@spanbook/core/model";
import { createReport } from "@spanbook/widget";
import { importReport } from "@spanbook/widget/import-report";
import { describe, expect, test } from "vitest";
import { fromPackedText, toPackedText } from "../../packages/widget/src/report/packing.js";
import { html } from "../../packages/widget/src/report/html.js";
import { aBatch, aSpan, traceId } from "../support/spans.js";
import { aTrace, demoSpans, demoTraces, hostileTrace, manyTraces, stack } from "../support/traces.js";

async function dataOf(report: string): Promise<Trace[]> {
  const packed = /<script type="application\/gzip" id="spanbook-data">([^<]*)<\/script>/.exec(report)?.[1];
  return JSON.parse(await fromPackedText(packed ?? "")) as Trace[];
}

function staticFormOf(report: string): string {
  return report.slice(
    report.indexOf('<div id="spanbook-static">'),
    report.indexOf('<script type="application/gzip"'),
  );
}

describe("a report", () => {
  test("carries the traces as they were given", async () => {
    const traces = demoTraces();
    expect(await dataOf(await createReport(traces))).toEqual([...traces].reverse());
    const [first] = traces;
    expect(await dataOf(await createReport(first!))).toEqual([first]);
  });

  test("reads a store page by page, up to a limit, and says when it left some traces out", async () => {
    const store = createMemoryStore();
    for (const { data } of manyTraces(120)) await store.write(aBatch(data.spans));
    const whole = await createReport(store);
    expect(await dataOf(whole)).toHaveLength(120);
    expect(whole).toContain("<p>120 traces, made ");
    const cut = await createReport(store, { maxTraces: 70 });
    expect(await dataOf(cut)).toHaveLength(70);
    expect(cut).toContain("<p>the newest 70 of 120 traces, made ");
    await expect(createReport(store, { maxTraces: 0 })).rejects.toThrow(
      new RangeError("maxTraces must be an integer from 1, got 0"),
    );
  });

  test("can be imported into a store again, with its traces' tags, however it is read", async () => {
    const store = createMemoryStore();
    await store.write(aBatch(demoSpans({ trace: 1, startMs: 0, fails: true })));
    await createClient(store).setTraceTag(traceId(1), "topic", "bread");
    const report = await createReport(store);
    for (const input of [report, new Blob([report]), new TextEncoder().encode(report)]) {
      const other = createMemoryStore();
      expect(await importReport(other, input)).toMatchObject({ traces: 1, errors: [] });
      const [given, taken] = await Promise.all([store.get(traceId(1)), other.get(traceId(1))]);
      expect(taken?.data).toEqual(given?.data);
      expect(taken?.info.tags).toEqual({ topic: "bread" });
    }
  });

  test("is refused as a whole if its data is missing or damaged", async () => {
    const store = createMemoryStore();
    await expect(importReport(store, "<!doctype html><p>Hello")).rejects.toThrow(
      new TypeError("expected a Spanbook report, got a page without its data"),
    );
    const report = await createReport(demoTraces());
    const damaged = report.replace(/(spanbook-data">)[^<]{40}/, "$1");
    await expect(importReport(store, damaged)).rejects.toThrow(/^the data of the report is damaged: /);
    expect((await store.search({})).traces).toEqual([]);
  });

  test("can be read without its script: states, durations, the exception and its stack, a timeline", async () => {
    const report = await createReport(demoTraces(), { title: "Demo", createdAt: new Date(0) });
    const form = staticFormOf(report);
    expect(form.match(/<details/g)).toHaveLength(5);
    expect(form.match(/<svg/g)).toHaveLength(5);
    expect(form).toContain('class="state">Failed</span> 1.49 s');
    expect(form).toContain("RangeError: no chunk mentions “sourdough”");
    expect(form).toContain(stack.split("\n")[2]!);
    expect(form).toContain("What hydration suits a sourdough starter?");
    expect(form).toContain("score_4");
  });

  test("heads each trace with what was asked, in plain words, without its script", async () => {
    const requestPreview = "Is **Oslo** `cold`?";
    const form = staticFormOf(await createReport([aTrace([aSpan()], { requestPreview })]));
    expect(form).toContain("Is Oslo cold?</summary>");
    expect(form).toContain(requestPreview);
  });

  test("shows 50 traces without its script, and says how many there are", async () => {
    const form = staticFormOf(await createReport(manyTraces(120)));
    expect(form.match(/<details/g)).toHaveLength(50);
    expect(form).toContain("Showing the newest 50 of 120 traces.");
  });

  test("can be made without traces, too", async () => {
    expect(staticFormOf(await createReport([]))).toContain("No traces.");
  });

  test("allows nothing but its own script, and requests nothing", async () => {
    const report = await createReport(demoTraces());
    const [, nonce] = /script-src &#39;nonce-([0-9a-f]{32})&#39;/.exec(report) ?? [];
    expect(report).toContain("default-src &#39;none&#39;");
    expect(report.split(`<script nonce="${nonce}">`)).toHaveLength(2);
    const page = report.replaceAll(/<script[^]*?<\/script>/g, "");
    expect(page).not.toMatch(/(?:src|href)="(?!#)/);
    expect(await createReport(demoTraces())).not.toContain(nonce);
  });

  test("lets nothing break out of the page, whatever the traces and the title hold", async () => {
    const hostile = hostileTrace();
    const report = await createReport(hostile, { title: hostile.info.name });
    const harmless = await createReport(demoTraces()[0]!, { title: "harmless" });
    for (const mark of ["<script", "</script", "<img", "<!--", "<title"]) {
      expect([mark, report.split(mark).length]).toEqual([mark, harmless.split(mark).length]);
    }
    expect(staticFormOf(report)).not.toMatch(/[\u2028\u202e]/);
    expect(await dataOf(report)).toEqual([hostile]);
  });
});

test("HTML is written with every value escaped, lists joined, and nothing for what is absent", () => {
  const item = (text: string) => html`<i title="${text}">${text}</i>`;
  // prettier-ignore
  expect(html`<b>${["a", "<b>"].map(item)}</b>${undefined}${7}`.html).toBe(
    '<b><i title="a">a</i><i title="&#60;b&#62;">&#60;b&#62;</i></b>7',
  );
});

test("any text survives packing", async () => {
  const text =
    demoSpans({ trace: 1, startMs: 0 })
      .map((span) => JSON.stringify(span))
      .join("\u2028") + "\ud83d\ude00";
  const large = text.repeat(20);
  expect(await fromPackedText(await toPackedText(large))).toBe(large);
  expect(await fromPackedText(await toPackedText(""))).toBe("");
});
