// Scenarios of test/trust/loss, seed after seed, until the time is up.
import { runScenario } from "../trust/loss/scenario.mjs";

/** Runs two at a time. Returns how many ran, and what they recorded, stored and dropped; throws at the first that lost a span. */
export async function sufferUntil(endMs, firstSeed) {
  const sums = { scenarios: 0, killed: 0, recorded: 0, acknowledged: 0, stored: 0, dropped: 0, lost: 0 };
  let seed = firstSeed;
  async function runLane() {
    while (Date.now() < endMs) {
      const { recorded, acknowledged, stored, dropped, end } = await runScenario(seed++);
      sums.scenarios++;
      sums.recorded += recorded;
      sums.acknowledged += acknowledged;
      sums.stored += stored;
      sums.dropped += dropped;
      if (end === "kill") sums.killed++;
      else sums.lost += recorded - stored - dropped;
    }
  }
  await Promise.all([runLane(), runLane()]);
  return sums;
}
