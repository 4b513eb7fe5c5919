import { exportOtlp } from "@spanbook/core/otlp";
import { describe, expect, test } from "vitest";
import { toOtlpPieces } from "../../packages/widget/src/reading/export-traces.js";
import { toJsonPieces, toPrintPage } from "../../packages/widget/src/reading/trace-text.js";
import { aSpan } from "../support/spans.js";
import { aTrace, demoTraces, hostileText, largeTrace } from "../support/traces.js";

interface Otlp {
  readonly resourceSpans: { readonly scopeSpans: { readonly spans: { readonly spanId: string }[] }[] }[];
}

const { signal } = new AbortController();

describe("a trace to copy or save", () => {
  test("is the same JSON as if it were written at once", async () => {
    const hostile = aTrace([aSpan({ name: hostileText, attributes: { "a\nb": ["\n", { spans: [] }] } })]);
    const empty = { ...hostile, data: { ...hostile.data, spans: [] } };
    for (const trace of [...demoTraces(), hostile, empty]) {
      expect((await toJsonPieces(trace, signal)).join("")).toBe(JSON.stringify(trace, null, 2));
    }
  });

  test("lets the page draw while it is being written, however large it is, and can be cancelled", async () => {
    const large = largeTrace(20_000);
    const ways = [
      (given: AbortSignal) => toJsonPieces(large, given),
      (given: AbortSignal) => toOtlpPieces([large], given),
      (given: AbortSignal) => toPrintPage(large, 0, given),
    ];
    for (const make of ways) {
      const controller = new AbortController();
      // Another task gets its turn meanwhile.
      const drawing = new Promise<void>((resolve) =>
        setTimeout(() => {
          controller.abort();
          resolve();
        }),
      );
      await expect(make(controller.signal)).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
      await drawing;
    }
  });

  test("is written as OTLP with all its spans, in pages", async () => {
    const pieces: string[] = [];
    for await (const piece of exportOtlp(largeTrace(2500))) pieces.push(piece);
    expect(pieces).toHaveLength(5);
    const { resourceSpans } = JSON.parse(pieces.join("")) as Otlp;
    const spanIds = resourceSpans.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) => spans.map(({ spanId }) => spanId)),
    );
    expect(new Set(spanIds).size).toBe(2500);
  });
});
