import path from "node:path";
import type { TraceStore } from "@spanbook/core/store";
import { openStore } from "@spanbook/store-sqljs";
import { openHere } from "../../packages/store-sqljs/src/opening.js";
import { describeRandomOperations } from "../conformance/random-operations.js";
import { describeTraceStore } from "../conformance/store-conformance.js";
import { newFolder } from "./support.js";

const implementations: [string, () => Promise<TraceStore>, readonly number[]][] = [
  ["sql.js in this thread", openInThread, [1, 2, 3, 4, 5, 6]],
  ["sql.js in a file, behind its worker", openFile, [7, 8, 9, 10]],
];

for (const [name, open, seeds] of implementations) {
  describeTraceStore(name, open);
  describeRandomOperations(name, open, { seeds, steps: 300 });
}

async function openInThread(): Promise<TraceStore> {
  return (await openHere({ kind: "memory" }, fail)).store;
}

/** With so small a journal that the file is replaced again and again. */
async function openFile(): Promise<TraceStore> {
  return openStore(path.join(newFolder(), "traces.db"), { onError: fail, journalMinBytes: 2000 });
}

function fail(failure: Error): void {
  throw failure;
}
