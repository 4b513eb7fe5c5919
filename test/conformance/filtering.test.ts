import { createMemoryStore } from "@spanbook/core/memory";
import { describeRandomFilters } from "./filtering.js";

// With itself: the least that the comparison must show.
describeRandomFilters("the memory store", () => Promise.resolve(createMemoryStore()), {
  seeds: [1, 2],
  filters: 50,
});
