// Another program that wants a file that is already open: it may not write, and reads what is there.
import assert from "node:assert/strict";
import { openStore } from "@spanbook/store-sqljs";

const [file, what] = process.argv.slice(2);
if (what === "write") await assert.rejects(openStore(file), { name: "StoreLockedError" });
const failures = [];
const reader = await openStore(file, { readOnly: true, onError: (failure) => failures.push(failure) });
await reader.search({ includeSpans: true });
await reader.close();
assert.deepEqual(failures, []);
