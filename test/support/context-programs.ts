/** Many async programs, one after the other, and their combined results. */
import { createTracing } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { runAsyncProgram, type ProgramOptions } from "./async-programs.js";

export interface ProgramsReport {
  spanCount: number;
  /** Beginning with the seed. */
  wrong: string[];
  inferredRight: number;
  inferredWrong: number;
  unknown: number;
  /** A number for each program, equal for two with the same tree. */
  treeHashes: number[];
}

/** That many programs run on one page, each with a recorder of its own. */
const atOnce = 50;

/** Runs the programs of that many seeds, each into a store of its own. */
export async function runAsyncPrograms(
  firstSeed: number,
  count: number,
  options: ProgramOptions,
): Promise<ProgramsReport> {
  const sum: ProgramsReport = {
    spanCount: 0,
    wrong: [],
    inferredRight: 0,
    inferredWrong: 0,
    unknown: 0,
    treeHashes: [],
  };
  const run = async (seed: number): Promise<number> => {
    const store = createMemoryStore();
    const note = (wrong: unknown) => sum.wrong.push(`seed ${seed}: ${String(wrong)}`);
    const tracing = createTracing({ store, onError: note });
    const report = await runAsyncProgram(seed, tracing, store, options);
    await tracing.shutdown();
    report.wrong.forEach(note);
    sum.spanCount += report.spanCount;
    sum.inferredRight += report.inferredRight;
    sum.inferredWrong += report.inferredWrong;
    sum.unknown += report.unknown;
    return hash(report.tree.join("\n"));
  };
  for (let seed = firstSeed; seed < firstSeed + count; seed += atOnce) {
    const seeds = Array.from(
      { length: Math.min(atOnce, firstSeed + count - seed) },
      (_, index) => seed + index,
    );
    sum.treeHashes.push(...(await Promise.all(seeds.map(run))));
  }
  return sum;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return state >>> 0;
}
