import { expect } from "vitest";
import type { TracingOptions } from "@spanbook/core";
import type { Span } from "@spanbook/core/model";
import { createRecordingWorld, type RecordingWorld } from "./tracing.js";

export interface TracedOutcome {
  /** What the program returned, or name, message and status of its error. */
  readonly outcome: unknown;
  readonly spans: readonly Span[];
}

/**
 * Runs a program with tracing and without. Both must give the same result, report nothing, and leave the secret out of what is
 * recorded.
 */
export async function compareTraced(
  secret: string,
  runPlain: () => Promise<unknown>,
  runTraced: (world: RecordingWorld) => Promise<unknown>,
  options: Partial<TracingOptions> = {},
): Promise<TracedOutcome> {
  const world = createRecordingWorld(options);
  const plain = await outcomeOf(runPlain);
  const outcome = await outcomeOf(() => runTraced(world));
  expect(outcome).toEqual(plain);
  expect(world.errors).toEqual([]);
  const traces = await world.allTraces();
  expect(JSON.stringify(traces)).not.toContain(secret);
  return { outcome, spans: traces.flatMap(({ data }) => data.spans) };
}

async function outcomeOf(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    const { name, message, status } = error as Error & { readonly status?: number };
    return { name, message, status };
  }
}
