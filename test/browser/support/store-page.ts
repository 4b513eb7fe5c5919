/**
 * The page in which a browser's store is tested. The tests call {@link StorePage} through the browser's driver, with
 * texts, see plain-text.ts.
 */
import { createTracing, type Batch, type Tracing } from "@spanbook/core";
import { observe } from "@spanbook/core/store";
import { openDB } from "idb";
import { openStore, persist, type IdbStore } from "@spanbook/store-idb";
import { dumpDatabase, restoreDatabase, type DatabaseDump } from "./database-dump.js";
import { fromText, toText } from "./plain-text.js";

export interface StorePage {
  /** Opens a store under a handle. Returns its kind, or why it failed, as the text of an {@link Outcome}. */
  open(handle: string, name: string, options: StorePageOptions): Promise<string>;
  /** Calls a method of the store, or of what a test adds, with the arguments. Returns the text of an {@link Outcome}. */
  call(handle: string, method: string, argumentsText: string): Promise<string>;
  /** Terminates the next workers to be started, this many, before they have run. */
  endWorkersAtStart(count: number): void;
}

export interface StorePageOptions {
  readonly durability?: "relaxed" | "strict";
  /** The worker's URL. */
  readonly worker?: string;
  /** Give the store a worker that `killWorker` can end. */
  readonly isMortal?: boolean;
}

export type Outcome = { readonly value: unknown } | { readonly name: string; readonly message: string };

interface OpenStore {
  readonly store: IdbStore;
  readonly failures: Error[];
  readonly worker?: Worker;
  changeCount: number;
  readonly told: string[];
  toldRevision: number;
  letGo?: () => void;
  tracing?: Tracing;
}

const stores = new Map<string, OpenStore>();

const workers: Worker[] = [];
let endedAtStart = 0;
/** While a worker that was terminated so is waited for, intervals are a hundred times shorter. */
let isHurried = false;
globalThis.Worker = class extends Worker {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(url, options);
    workers.push(this);
    isHurried = endedAtStart > 0;
    if (!isHurried) return;
    endedAtStart--;
    this.terminate();
  }
};
const startInterval = globalThis.setInterval;
globalThis.setInterval = ((run: () => void, ms: number) =>
  startInterval(run, isHurried ? ms / 100 : ms)) as typeof setInterval;

/** What tests do beyond the contract. */
const extras: Record<string, (open: OpenStore, ...args: never[]) => unknown> = {
  writeSync: ({ store }, batch: Batch) => store.writeSync(batch),
  killWorker: ({ worker }) => worker?.terminate(),
  failures: ({ failures }) => failures.map(({ name, message }) => `${name}: ${message}`),
  changeCount: ({ changeCount }) => changeCount,
  /** Observes from a revision on; see `told`. */
  observe(open, since: number) {
    observe(
      open.store,
      (changes, revision) => {
        open.told.push(...changes.map(({ traceId }) => traceId));
        open.toldRevision = revision;
      },
      { since },
    );
  },
  /** What was observed: the traces, in order, and the revision that was reached. */
  told: ({ told, toldRevision }) => ({ traceIds: told, revision: toldRevision }),
  /** Starts writing and does not wait. */
  writeWithoutWaiting({ store }, batches: readonly Batch[]) {
    for (const batch of batches) store.write(batch).catch(() => undefined);
  },
  /** Records a trace for each name, and does not wait. */
  record(open, names: readonly string[]) {
    open.tracing ??= createTracing({ store: open.store });
    for (const name of names) open.tracing.withSpan(() => name, { name });
  },
  /** The same, and closes the store at once. */
  recordAndClose(open, names: readonly string[]) {
    extras["record"]?.(open, ...([names] as never[]));
    return open.store.close();
  },
  /** Records a trace for each number from `first` on, with that many characters that do not compress, and does not wait. */
  recordNumbered(open, first: number, count: number, characters: number) {
    open.tracing ??= createTracing({ store: open.store });
    for (let number = first; number < first + count; number++) {
      open.tracing.withSpan(() => randomText(characters), { name: `trace ${number}` });
    }
  },
  /** How many different traces of {@link recordNumbered} can be read, with all of their characters. */
  async wholeCount({ store }, characters: number) {
    const names = new Set<string>();
    for (let pageToken: string | undefined, isFirst = true; isFirst || pageToken; isFirst = false) {
      const page = await store.search({ includeSpans: true, ...(pageToken && { pageToken }) });
      for (const { info, data } of page.traces) {
        const text = data.spans[0]?.attributes["mlflow.spanOutputs"];
        if (String(text).length === characters + 2) names.add(info.name);
      }
      pageToken = page.nextPageToken;
    }
    return names.size;
  },
  persist: () => persist(),
  flush: ({ tracing }) => tracing?.flush(),
  recorderStats: ({ tracing }) => tracing?.stats(),
  /** Terminates every worker that the page has started. */
  killWorkers() {
    for (const worker of workers.splice(0)) worker.terminate();
  },
  /** Keeps all writers of a store's database waiting until {@link letGo}. */
  async holdDatabase(open, name: string) {
    const database = await openDB(`spanbook:${name}`);
    let isHeld = true;
    open.letGo = () => (isHeld = false);
    const transaction = database.transaction(["traces", "journal"], "readwrite");
    const hold = async () => {
      while (isHeld) await transaction.objectStore("traces").count();
      await transaction.done;
      database.close();
    };
    void hold();
  },
  letGo: (open) => open.letGo?.(),
  /** Starts a span, and resolves when it is in the store. */
  recordOpen(open, name: string) {
    open.tracing ??= createTracing({ store: open.store });
    open.tracing.startSpan({ name });
    return open.tracing.flush();
  },
  /** Another store's database. */
  dump: (_, name: string) => dumpDatabase(`spanbook:${name}`),
  restore: (_, name: string, dump: DatabaseDump) => restoreDatabase(`spanbook:${name}`, dump),
  /** Leaves that many characters of localStorage to others, and at most a tenth more. */
  fillLocalStorage(_, left: number) {
    localStorage.setItem("own rest", "x".repeat(left));
    for (let size = 1_000_000, count = 0; size >= left / 10;) {
      try {
        localStorage.setItem(`own ${count}`, "x".repeat(size));
        count++;
      } catch {
        size /= 10;
      }
    }
    localStorage.removeItem("own rest");
  },
  emptyLocalStorage: () => localStorage.clear(),
  /** What is in localStorage under the names of a store. */
  copies: () => Object.keys(localStorage).filter((key) => key.startsWith("spanbook:")),
};

const page: StorePage = {
  endWorkersAtStart: (count) => (endedAtStart = count),
  async open(handle, name, { isMortal, ...options }) {
    return outcomeOf(async () => {
      const failures: Error[] = [];
      const worker = isMortal ? new Worker("/worker.js") : undefined;
      const store = await openStore(name, {
        ...options,
        ...(worker && { worker }),
        onError: (failure) => failures.push(failure),
      });
      const open: OpenStore = {
        store,
        failures,
        changeCount: 0,
        told: [],
        toldRevision: 0,
        ...(worker && { worker }),
      };
      store.onChange(() => open.changeCount++);
      stores.set(handle, open);
      return { kind: store.kind };
    });
  },
  call: (handle, method, argumentsText) =>
    outcomeOf(async () => {
      const open = stores.get(handle);
      if (!open) throw new Error(`no store ${handle} is open`);
      const args = fromText(argumentsText) as never[];
      const extra = extras[method];
      if (extra) return extra(open, ...args);
      return (open.store[method as keyof IdbStore] as (...args: never[]) => unknown)(...args);
    }),
};

function randomText(characters: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(characters));
  return Array.from(bytes, (byte) => (byte % 36).toString(36)).join("");
}

async function outcomeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    return toText({ value: await run() } satisfies Outcome);
  } catch (error) {
    const { name, message } = error as Error;
    return toText({ name, message } satisfies Outcome);
  }
}

Object.assign(globalThis, { storePage: page });
