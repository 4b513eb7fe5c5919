/** A frame that opens a store, writes to it, reads it, and tells the page around it how that went. */
import { openStore } from "@spanbook/store-idb";
import { aBatch, aSpan } from "../../support/spans.js";

const failures: string[] = [];
const store = await openStore("frame", { onError: ({ message }) => failures.push(message) });
await store.write(aBatch([aSpan({ name: "in a frame" })]));
store.writeSync(aBatch([]));
const { traces } = await store.search({});
parent.postMessage({ kind: store.kind, failures, names: traces.map(({ info }) => info.name) }, "*");
