import { createMemoryStore } from "@spanbook/core/memory";
import { describeRandomFilters } from "./filtering.js";

// Compared with itself, which the comparison must pass at the least.
describeRandomFilters("the memory store", () => Promise.resolve(createMemoryStore()), {
  seeds: [1, 2],
  filters: 50,
});
