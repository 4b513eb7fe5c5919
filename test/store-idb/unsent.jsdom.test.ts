import { expect, test } from "vitest";
import { writeUnsent } from "../../packages/store-idb/src/unsent.js";
import { aBatch, aSpan } from "../support/spans.js";

test("what a page kept last is written too, even if it only shows up while the next page writes what it kept before", async () => {
  const key = "spanbook:traces:unsent:closed";
  const keep = (id: string) =>
    localStorage.setItem(key, JSON.stringify({ batches: [aBatch([aSpan()], { id })], lostCount: 0 }));
  const written: string[] = [];
  const failures: Error[] = [];
  keep("before");
  await writeUnsent(
    "traces",
    async ({ id }) => {
      written.push(id);
      if (id === "before") keep("last");
      await Promise.resolve();
    },
    (failure) => failures.push(failure),
    new AbortController().signal,
  );
  expect([written, failures, localStorage.length]).toEqual([["before", "last"], [], 0]);
});
