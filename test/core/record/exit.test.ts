import { expect, it } from "vitest";
import { createTracing } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";

const events = ["beforeExit", "exit", "SIGINT", "SIGTERM", "SIGHUP"];

function countListeners(): number[] {
  return events.map((event) => process.listenerCount(event));
}

it("recorders share their listeners for the end of the process, and the last to shut down removes them", async () => {
  const before = countListeners();
  const recorders = Array.from({ length: 12 }, () => createTracing({ store: createMemoryStore() }));
  expect(countListeners()).toEqual(before.map((count) => count + 1));
  await Promise.all(recorders.slice(1).map((tracing) => tracing.shutdown()));
  expect(countListeners()).toEqual(before.map((count) => count + 1));
  await recorders[0]?.shutdown();
  expect(countListeners()).toEqual(before);
});
