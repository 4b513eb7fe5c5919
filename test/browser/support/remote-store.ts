import type { Batch, TraceStore } from "@spanbook/core/store";
import type { TestPage } from "../browsers.js";
import { fromText, toText } from "./plain-text.js";
import type { Outcome, StorePage, StorePageOptions } from "./store-page.js";

/** A store in a browser's page, as a TraceStore in the test. Calls reach it in call order. */
export interface RemoteStore extends TraceStore {
  readonly kind: string;
  /** Makes a call that the test page adds to the contract. */
  extra<Result>(name: string, ...args: unknown[]): Promise<Result>;
  writeSync(batch: Batch): Promise<void>;
}

/** Opens a store of the test page, see store-page.ts, which the page has loaded. */
export async function openRemoteStore(
  page: TestPage,
  name: string,
  options: StorePageOptions = {},
): Promise<RemoteStore> {
  const handle = `${name} ${Math.random()}`;
  await page.waitFor("globalThis.storePage !== undefined");
  const opened = await page.evaluate(
    ({ handle, name, options }) =>
      (globalThis as unknown as { storePage: StorePage }).storePage.open(handle, name, options),
    { handle, name, options },
  );
  const { kind } = readOutcome(opened) as { kind: string };

  async function call<Result>(method: string, ...args: unknown[]): Promise<Result> {
    const outcome = await page.evaluate(
      ({ handle, method, args }) =>
        (globalThis as unknown as { storePage: StorePage }).storePage.call(handle, method, args),
      { handle, method, args: toText(args) },
    );
    return readOutcome(outcome) as Result;
  }

  return {
    kind,
    write: (batch) => call("write", batch),
    search: (query) => call("search", query),
    get: (traceId, options) => call("get", traceId, options),
    getSpan: (traceId, spanId) => call("getSpan", traceId, spanId),
    delete: (selector) => call("delete", selector),
    stats: (query) => call("stats", query),
    changes: (since, limit) => call("changes", since, limit),
    cancel: (requestId) => call("cancel", requestId),
    close: () => call("close"),
    writeSync: (batch) => call("writeSync", batch),
    extra: call,
  };
}

function readOutcome(text: string): unknown {
  const outcome = fromText(text) as Outcome;
  if ("value" in outcome) return outcome.value;
  throw Object.assign(new Error(outcome.message), { name: outcome.name });
}
