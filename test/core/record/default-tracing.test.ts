import { describe, expect, it } from "vitest";
import * as spanbook from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";

describe("the module's functions", () => {
  it("just run what they are given before init, and record after it", async () => {
    const early = spanbook.trace((n: number) => n + 1, { name: "early" });
    expect(early(1)).toBe(2);
    expect(spanbook.withSpan((span) => span.isEnded)).toBe(true);
    expect(spanbook.startTrace({ name: "x" }).setInputs(1).isEnded).toBe(true);
    expect(spanbook.tracingContext({ tags: { a: "b" } }, () => 3)).toBe(3);
    expect([spanbook.getCurrentActiveSpan(), spanbook.getLastActiveTraceId(), spanbook.stats()]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await expect(spanbook.getTrace("a")).rejects.toThrow("init must be called first");
    expect(() => spanbook.setExperiment("e")).toThrow("init must be called first");

    spanbook.disable();
    const store = createMemoryStore();
    spanbook.init({ store, experimentId: spanbook.createExperiment("demo"), retention: { maxTraces: 2 } });
    early(2);
    spanbook.enable();
    for (let n = 0; n < 3; n++) early(n);

    const last = await spanbook.getLastActiveTrace();
    expect(last?.info).toMatchObject({ name: "early", experimentId: "demo", requestPreview: "2" });
    expect((await spanbook.searchTraces()).traces).toHaveLength(2);
    const traceId = last?.info.traceId ?? "";
    await spanbook.setTraceTag(traceId, "a", "b");
    const feedback = await spanbook.logFeedback({ traceId, value: true });
    expect((await spanbook.getTrace(traceId))?.info).toMatchObject({
      tags: { a: "b" },
      assessments: [feedback],
    });
    expect(await spanbook.deleteTraces({ traceIds: [traceId] })).toBe(1);
    await spanbook.shutdown();
  });
});
