import { createMemoryStore } from "@spanbook/core/memory";
import { describe, it } from "vitest";
import { checkFiltering, describeRandomFilters } from "./filtering.js";

const open = () => Promise.resolve(createMemoryStore());

describe("the memory store", () => {
  describe("filtering", () => {
    checkFiltering((title, body) => it(title, async () => body(await open())));
  });
});

// With itself: the least that the comparison must show.
describeRandomFilters("the memory store", open, { seeds: [1, 2], filters: 50 });
