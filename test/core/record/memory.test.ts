import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

interface Report {
  readonly during: Stats;
  readonly after: Stats;
  readonly errors: readonly string[];
  /** Calls whose result differs from that of the untraced function. */
  readonly wrong: number;
  readonly writeCount: number;
  readonly grownBytes: number;
}

interface Stats {
  readonly recorded: number;
  readonly written: number;
  readonly buffered: number;
  readonly dropped: number;
}

const program = new URL("million-spans.mjs", import.meta.url).pathname;
const maxBufferedSpans = 10_000;
/** What a buffered span may take up: its record is JSON text of 500 characters, and its digest. */
const bytesPerSpan = 3000;
const full = `the buffer is full (${maxBufferedSpans} spans and patches, or 134217728 characters): what exceeds it is dropped`;

describe.concurrent("up to a million spans below one open root", () => {
  it("are all written to a store that works, and leave nothing behind", { timeout: 120_000 }, async () => {
    const { after, errors, grownBytes } = await record("working", 1_000_000);
    expect(after).toEqual({ recorded: 1_000_001, written: 1_000_001, buffered: 0, dropped: 0 });
    expect(errors).toEqual([]);
    expect(grownBytes).toBeLessThan(512 * bytesPerSpan);
  });

  it("take no more than the buffer if the store hangs for ever", { timeout: 120_000 }, async () => {
    const { after, errors, grownBytes } = await record("hanging", 1_000_000);
    expect(after).toMatchObject({ written: 0, buffered: maxBufferedSpans, dropped: 990_001 });
    expect(errors).toEqual([full]);
    expect(grownBytes).toBeLessThan(maxBufferedSpans * bytesPerSpan);
  });

  it("take no more than the buffer if the store rejects", { timeout: 120_000 }, async () => {
    const { after, errors, grownBytes } = await record("rejecting", 100_000);
    expect(after).toMatchObject({ written: 0, buffered: maxBufferedSpans, dropped: 90_001 });
    expect(errors).toEqual(["the disk is full", full]);
    expect(grownBytes).toBeLessThan(maxBufferedSpans * bytesPerSpan);
  });

  it("are dropped if the store refuses them, which is reported once", { timeout: 120_000 }, async () => {
    const { after, errors, grownBytes } = await record("refusing", 100_000);
    expect(after).toMatchObject({ recorded: 100_001, written: 0 });
    expect(errors).toEqual(["no such store"]);
    expect(grownBytes).toBeLessThan(512 * bytesPerSpan);
  });
});

/** In a process of its own, whose heap has room for little more than the buffer. */
async function record(store: string, spanCount: number): Promise<Report> {
  const flags = ["--expose-gc", "--max-old-space-size=64"];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...flags,
    program,
    store,
    String(spanCount),
  ]);
  const report = JSON.parse(stdout) as Report;
  expect(report.wrong).toBe(0);
  // The root is open during the recording, and is counted once it has ended.
  expect(sum(report.during)).toBe(spanCount);
  expect(sum(report.after)).toBe(spanCount + 1);
  expect(report.after.recorded).toBe(spanCount + 1);
  return report;
}

function sum({ written, buffered, dropped }: Stats): number {
  return written + buffered + dropped;
}
