// For `node --import`: wraps every function that a package exports, and every method of its classes, with `trace`, and records
// into the file that TRACES names. TRACED is the folder of the package's sources.
import Module from "node:module";
import { shutdown, init, trace } from "@spanbook/core";
import { openStore } from "@spanbook/store-sqljs";

const { TRACES, TRACED } = process.env;
const store = await openStore(TRACES);
init({ store, onError: (error) => console.error(error) });

const wrapped = new Set();
const load = Module._load;
Module._load = function (request, parent, isMain) {
  const exported = load.call(this, request, parent, isMain);
  const isTraced = Module._resolveFilename(request, parent).startsWith(TRACED);
  if (isTraced && !isMain && !wrapped.has(exported)) wrapFunctions(exported);
  return exported;
};

process.once("beforeExit", async () => {
  await shutdown();
  await store.close();
});

/** A class stays the same class, with its methods wrapped. */
function wrapFunctions(holder) {
  wrapped.add(holder);
  for (const key of Object.keys(holder)) {
    const value = holder[key];
    if (typeof value === "function" && !wrapped.has(value)) holder[key] = trace(value, { name: key });
    wrapped.add(holder[key]);
  }
  if (typeof holder === "function") wrapFunctions(holder.prototype);
}
