import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { checkBatch, isStoreError, storeError, type Batch, type ClosingStore } from "@spanbook/core/store";
import {
  askedBeforeClose,
  connectRestartingStore,
  connectStore,
  nodeWorker,
  type ConnectedStore,
  type StoreWorker,
} from "@spanbook/core/worker";
import { writeExitFile } from "./file/exit-file.js";
import { releaseLock } from "./file/lock.js";
import { lockPath, toPath, toRealPath } from "./file/paths.js";
import type { SqljsOpening, WorkerOptions } from "./opening.js";

export interface OpenOptions {
  /** Reads the file as it is now, even while another program writes it, and changes nothing on the disk. Default false. */
  readonly readOnly?: boolean | undefined;
  /** Called with failures that belong to no call: a damaged journal was found, the disk was full while saving, … */
  readonly onError?: ((failure: Error) => void) | undefined;
  /**
   * The journal is merged into the file when it is larger than this and than half of the file. Bytes, default 4 MiB; a smaller
   * number means a smaller journal and more work.
   */
  readonly journalMinBytes?: number | undefined;
}

/** A TraceStore in an SQLite file, or in memory, behind a worker thread. */
export interface SqljsStore extends ClosingStore {
  readonly kind: "sqljs-file" | "sqljs-memory";
  /** The path of the file, absolute and without symbolic links; ":memory:" if there is none. */
  readonly path: string;
  /**
   * For `exit` handlers, which cannot await anything: when it returns, the batch, and those that `write` has not acknowledged
   * yet, are on the disk, in a file beside the database that the next open reads in. Throws TypeError (not a batch, or opened
   * with readOnly), StoreClosedError, QuotaExceededError and the system's errors.
   */
  writeSync(batch: Batch): void;
}

const defaultJournalMinBytes = 4 * 1024 * 1024;

/**
 * Opens a file, by its path or `file:` URL, creating it and its folder if missing; or, with ":memory:", a store that is gone
 * when it is closed. An idle store does not keep the process alive, and a program that ends without closing it loses nothing.
 *
 * Rejects with StoreLockedError (another process has it open for writing), StoreCorruptError (damaged, or not a Spanbook file),
 * StoreVersionError (written by a newer version), StoreConflictError (another program has left unfinished changes),
 * QuotaExceededError (disk full), or the system's error. The file is then as it was.
 *
 * ```ts
 * const store = await openStore("out/traces.db");
 * ```
 */
export async function openStore(path: string | URL, options: OpenOptions = {}): Promise<SqljsStore> {
  const { readOnly = false, onError = () => undefined, journalMinBytes = defaultJournalMinBytes } = options;
  if (!(path instanceof URL) && (typeof path !== "string" || path === "")) {
    throw new TypeError(`path must be a string, got ${JSON.stringify(path)}`);
  }
  if (path === ":memory:") {
    const { store } = await withBundlerAdvice(
      connectStore<SqljsOpening>(startWorker(), { kind: "memory" }, onError),
    );
    return {
      ...store,
      ...askedBeforeClose(store.close),
      kind: "sqljs-memory",
      path,
      writeSync: (batch) => void store.write(batch).catch(onError),
    };
  }
  const file = toRealPath(toPath(path));
  checkPermission(readOnly ? "read" : "write", file);
  if (readOnly) {
    const opening: WorkerOptions = { kind: "readOnly", path: file };
    const { store } = await withBundlerAdvice(
      connectRestartingStore<SqljsOpening>(startWorker, opening, onError),
    );
    return {
      ...store,
      ...askedBeforeClose(store.close),
      kind: "sqljs-file",
      path: file,
      writeSync: refuseToWrite,
    };
  }
  const lockToken = randomUUID();
  const opening: WorkerOptions = { kind: "file", path: file, journalMinBytes, lockToken };
  const startWriter = () => releasingLock(startWorker(), lockPath(file), lockToken);
  return createFileStore(
    file,
    lockToken,
    await withBundlerAdvice(connectRestartingStore<SqljsOpening>(startWriter, opening, onError)),
    onError,
  );
}

function startWorker(): StoreWorker {
  // Without the program's options: an `--import` that opens a store would open another in the worker, and so on.
  const env = { ...process.env, NODE_OPTIONS: optionsOfYarn(process.env["NODE_OPTIONS"]) };
  const options = { name: "spanbook-store", execArgv: [], env };
  return nodeWorker(new Worker(new URL("./worker.js", import.meta.url), options));
}

/** The thread, which has none of the program's options, could do what Node's `--permission` does not let the program do. */
function checkPermission(access: "read" | "write", file: string): void {
  const { permission } = process as Partial<NodeJS.Process>;
  // The lock stands for all that lies beside the file.
  if (permission?.has(`fs.${access}`, access === "read" ? file : lockPath(file)) !== false) return;
  const folder = access === "read" ? file : join(dirname(file), "*");
  throw Object.assign(new Error(`cannot ${access} ${file}: Node needs --allow-fs-${access}=${folder}`), {
    code: "ERR_ACCESS_DENIED",
  });
}

/** Those by which Node finds packages under Yarn's Plug'n'Play. */
function optionsOfYarn(options = ""): string {
  return options.match(/--[\w-]+[ =](?:"[^"]*\.pnp\.[^"]*"|\S*\.pnp\.\S*)/g)?.join(" ") ?? "";
}

/** If a program is bundled with this package, neither the worker nor SQLite is where it was. */
async function withBundlerAdvice<Connected>(connecting: Promise<Connected>): Promise<Connected> {
  try {
    return await connecting;
  } catch (failure) {
    const isMissing =
      isStoreError(failure, "StoreWorkerError") && /worker\.js|sql-wasm/.test(failure.message);
    if (!isMissing) throw failure;
    const advice = "mark @spanbook/store-sqljs as external in the bundler";
    throw storeError("StoreWorkerError", `${failure.message}; ${advice}`, { cause: failure });
  }
}

/** If a worker dies, it cannot release the lock, which belongs to its process, and that lives on. */
function releasingLock(worker: StoreWorker, lock: string, lockToken: string): StoreWorker {
  let ended: Promise<void> | undefined;
  async function end(): Promise<void> {
    await worker.terminate();
    releaseLock(lock, lockToken);
  }
  // Only once: the next worker has the same lock.
  return { ...worker, terminate: () => (ended ??= end()) };
}

function refuseToWrite(): void {
  throw new TypeError("writeSync needs a store opened for writing, got one opened with readOnly");
}

function createFileStore(
  path: string,
  lockToken: string,
  { store, details, call }: ConnectedStore<SqljsOpening>,
  onError: (failure: Error) => void,
): SqljsStore {
  const unacknowledged = new Set<Unacknowledged>();
  /** Exit files whose batches the worker has stored after all. */
  const obsoleteFiles: string[] = [];
  /** Whether the journal has, or may have, data that the file lacks. */
  let isUnsaved = false;
  let isSaving = false;
  let isClosed = false;

  function write(batch: Batch): Promise<void> {
    isUnsaved = true;
    const stored = store.write(batch);
    const entry = { batch, stored, isKept: false };
    unacknowledged.add(entry);
    return stored.finally(() => unacknowledged.delete(entry));
  }

  // So that a program that ends by itself leaves a whole file and nothing beside it, as if the store had been closed. It is not
  // closed here, because other `beforeExit` handlers may still write; then this runs again.
  function saveBeforeExit(): void {
    if (!isUnsaved) return;
    isUnsaved = false;
    isSaving = true;
    call((remote) => remote.save())
      .catch((failure: Error) => {
        // One try is enough: the journal has everything.
        stopWatching();
        onError(failure);
      })
      .finally(() => {
        isSaving = false;
      });
  }
  function leave(): void {
    if (!isUnsaved && !isSaving) releaseLock(lockPath(path), lockToken);
  }
  function stopWatching(): void {
    process.off("beforeExit", saveBeforeExit);
    process.off("exit", leave);
  }
  process.on("beforeExit", saveBeforeExit);
  process.on("exit", leave);

  async function close(): Promise<void> {
    try {
      await store.close();
      for (const file of obsoleteFiles.splice(0)) rmSync(file, { force: true });
    } finally {
      isClosed = true;
      stopWatching();
    }
  }

  return {
    ...store,
    kind: "sqljs-file",
    path,
    write,
    writeSync(batch) {
      checkBatch(batch);
      if (isClosed) throw storeError("StoreClosedError", "the store is closed");
      const isKnown = [...unacknowledged].some((entry) => entry.batch.id === batch.id);
      // The process may go on after all: have the worker store the batch too.
      if (!isKnown) write(batch).catch(() => undefined);
      const waiting = [...unacknowledged].filter(({ isKept }) => !isKept);
      if (waiting.length === 0) return;
      const batches = waiting.map((entry) => entry.batch);
      const exitFile = writeExitFile(path, details.storeId, batches);
      for (const entry of waiting) entry.isKept = true;
      Promise.all(waiting.map(({ stored }) => stored)).then(
        () => obsoleteFiles.push(exitFile),
        () => undefined, // The file stays for the next open.
      );
    },
    delete(selector) {
      isUnsaved = true;
      return store.delete(selector);
    },
    ...askedBeforeClose(close),
  };
}

/** A batch that was handed to the worker. */
interface Unacknowledged {
  readonly batch: Batch;
  readonly stored: Promise<void>;
  /** Whether it has been written to an exit file. */
  isKept: boolean;
}
