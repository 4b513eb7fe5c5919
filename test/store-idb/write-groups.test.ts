import type { Batch } from "@spanbook/core/store";
import { describe, expect, test } from "vitest";
import { createWriteGroups } from "../../packages/store-idb/src/write-groups.js";
import { outcomeOf } from "../conformance/check.js";
import { aBatch, aSpan } from "../support/spans.js";

/** Groups over a list of what was written together; batches named "bad" fail. */
function groupsOver(written: string[][]) {
  let tail: Promise<unknown> = Promise.resolve();
  return createWriteGroups(
    (task) => {
      const outcomes = tail.then(task);
      tail = outcomes;
      return outcomes;
    },
    async (batches) => {
      if (batches.some(({ id }) => id === "bad")) throw new RangeError("a bad batch");
      written.push(batches.map(({ id }) => id));
    },
  );
}

const named = (id: string, spanCount = 1): Batch =>
  aBatch(
    Array.from({ length: spanCount }, (_, index) => aSpan({ id: index + 1 })),
    { id },
  );

describe("writes", () => {
  test("that wait share a transaction, unless another call comes between them", async () => {
    const written: string[][] = [];
    const groups = groupsOver(written);
    const first = [groups.write(named("a")), groups.write(named("b"))];
    groups.close();
    await Promise.all([...first, groups.write(named("c"))]);
    await groups.write(named("d"));
    expect(written).toEqual([["a", "b"], ["c"], ["d"]]);
  });

  test("of many spans are split", async () => {
    const written: string[][] = [];
    const groups = groupsOver(written);
    await Promise.all(["a", "b", "c"].map((id) => groups.write(named(id, 1000))));
    expect(written).toEqual([["a", "b"], ["c"]]);
  });

  test("fail alone, and those around them are stored", async () => {
    const written: string[][] = [];
    const groups = groupsOver(written);
    const outcomes = ["a", "bad", "b"].map((id) => outcomeOf(groups.write(named(id))));
    expect(await Promise.all(outcomes)).toEqual(["resolved", "RangeError", "resolved"]);
    expect(written).toEqual([["a"], ["b"]]);
  });
});
