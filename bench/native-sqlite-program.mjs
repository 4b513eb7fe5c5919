// Runs steps, one per line, and reports how many milliseconds each took; see native-sqlite.mjs.
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { addPlainTrace, fillPlain, getPlain, plainQueries } from "./plain-sqlite.mjs";
import { batchesOf } from "./store-workload.mjs";

let batches = [];
let database;

const steps = {
  make: (workload) => (batches = [...batchesOf(workload)]),
  fill(file) {
    database = openNative(file);
    fillPlain(database, batches);
  },
  add: (trace, spanCount) => addPlainTrace(database, trace, spanCount),
  read: (what) => database.all(plainQueries[what]),
  get: (trace) => getPlain(database, trace),
  close: () => database.close(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const [step, ...parameters] = JSON.parse(line);
  const startMs = performance.now();
  steps[step](...parameters);
  console.log(performance.now() - startMs);
}

function openNative(file) {
  const opened = new DatabaseSync(file);
  return {
    exec: (sql) => opened.exec(sql),
    prepare(sql) {
      const statement = opened.prepare(sql);
      return (parameters) => statement.run(...parameters);
    },
    all: (sql, parameters = []) => opened.prepare(sql).all(...parameters),
    close: () => opened.close(),
  };
}
