import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openStore } from "@spanbook/store-sqljs";
import { describeTraceStore } from "../conformance/store-conformance.js";
import { openHere } from "../../packages/store-sqljs/src/opening.js";

describeTraceStore("sql.js in this thread", async () => (await openHere({ kind: "memory" }, fail)).store);
describeTraceStore("sql.js in memory, behind its worker", () => openStore(":memory:", { onError: fail }));
describeTraceStore("sql.js in a file, behind its worker", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "spanbook-"));
  return openStore(path.join(folder, "traces.db"), { onError: fail });
});

function fail(failure: Error): void {
  throw failure;
}
