import type { StoreCase } from "../../conformance/cases.js";
import { randomFilterCases } from "../../conformance/filtering.js";
import { randomOperationCases } from "../../conformance/random-operations.js";
import { storeCases } from "../../conformance/store-conformance.js";

/** All cases for a store in a browser, with random operations and filters from a seed. */
export function casesFor(seed: number): readonly StoreCase[] {
  return [
    ...storeCases,
    ...randomOperationCases({ seeds: [seed], steps: 120 }),
    ...randomFilterCases({ seeds: [seed], filters: 40 }),
  ];
}
