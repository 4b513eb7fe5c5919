import { createMemoryStore } from "@spanbook/core/memory";
import { describeRandomOperations } from "./random-operations.js";
import { describeTraceStore } from "./store-conformance.js";

const open = () => Promise.resolve(createMemoryStore());

describeTraceStore("the memory store", open);
// Compared with itself, which the comparison must pass at the least.
describeRandomOperations("the memory store", open, { seeds: [1, 2, 3], steps: 200 });
