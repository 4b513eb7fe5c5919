import { init, openStore, show, withSpan } from "../../packages/spanbook/dist/spanbook.js";

// The store's own worker comes from a Blob, which this policy forbids. So the page itself starts the package's file;
// under Trusted Types the address of a worker has to come from a policy, here one that knows only this address.
const workerUrl = new URL("../../packages/store-idb/dist/worker.js", import.meta.url).href;
const policy = globalThis.trustedTypes?.createPolicy("store-worker", { createScriptURL: () => workerUrl });
const worker = new Worker(policy?.createScriptURL("") ?? workerUrl);

const store = await openStore("strict-policy", { worker });
init({ store });
document.querySelector("#kind").textContent = store.kind;
document.body.append(show(store));
await withSpan(async (span) => span.setOutputs("recorded"), { name: "under a strict policy" });
