import { describe, expect, it } from "vitest";
import { isSoak } from "../support/soak.js";
import { runScenario } from "./loss/scenario.mjs";

const scenarioCount = isSoak ? 500 : 16;
/** Programs that run concurrently. */
const lanes = 2;

describe("a program that numbers its spans", { timeout: isSoak ? 1_800_000 : 120_000 }, () => {
  it(`finds each of them stored or counted as dropped, in ${scenarioCount} scenarios of random faults`, async () => {
    let seed = 0;
    const sums = { recorded: 0, acknowledged: 0, stored: 0, dropped: 0 };
    async function runLane(): Promise<void> {
      while (seed < scenarioCount) {
        const counts = await runScenario(++seed);
        for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += counts[key];
      }
    }
    await Promise.all(Array.from({ length: lanes }, runLane));
    // Otherwise the faults had no effect.
    expect(sums.stored).toBeGreaterThan(scenarioCount * 50);
    expect(sums.dropped).toBeGreaterThan(0);
    expect(sums.acknowledged).toBeGreaterThan(0);
  });
});
