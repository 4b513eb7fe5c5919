import { parentPort } from "node:worker_threads";
import { exposeStore, nodeEndpoint } from "@spanbook/core/worker";
import { openHere, type SqljsOpening } from "./opening.js";

if (!parentPort) throw new Error("worker.js must be started as a worker thread, got imported");
exposeStore<SqljsOpening>(nodeEndpoint(parentPort), openHere);
