/** What the viewer knows and can do, without how it looks. */
import type { ReadError } from "@spanbook/core/otlp";
import type { TraceStore } from "@spanbook/core/store";
import { createStore, type StoreApi } from "zustand/vanilla";
import { copyTraces, importFile } from "../files/import-file.js";
import { paced } from "./paced.js";
import { readSqlite } from "./sqlite.js";
import { deleteAll, noteKept, openKept, openMemory, wasKept, type TracesPlace } from "./traces-place.js";

/** A file being imported, or the result. */
export interface FileImport {
  readonly id: number;
  readonly name: string;
  readonly status: "waiting" | "reading" | "done" | "failed" | "cancelled";
  readonly traces: number;
  readonly spans: number;
  /** Documents of metrics and logs. */
  readonly skipped: number;
  readonly errors: readonly ReadError[];
  /** Why nothing of it could be read. */
  readonly failure?: string;
}

export interface ViewerState {
  /** Absent while the traces of an earlier visit are being opened. */
  readonly place: TracesPlace | undefined;
  readonly traceCount: number;
  readonly imports: readonly FileImport[];
  /** What else is running besides imports, in words. */
  readonly busy: string | undefined;
  /** What else went wrong besides imports. */
  readonly failure: string | undefined;
}

export interface Viewer {
  readonly store: StoreApi<ViewerState>;
  /** Opens what an earlier visit kept. */
  open(): Promise<void>;
  /** Imports files, one after another. */
  addFiles(files: readonly File[]): Promise<void>;
  cancel(id: number): void;
  /** Removes finished imports from the list. */
  dismissImports(): void;
  dismissFailure(): void;
  /** Starts or stops keeping the traces in the browser. */
  keep(isKept: boolean): Promise<void>;
  /** Counts the traces anew. */
  count(): Promise<void>;
  /** Deletes all traces, including kept ones. */
  forget(): Promise<void>;
  /** Does something with the traces; shows `busy` while it runs, and in `failure` why it failed. */
  run(busy: string, work: (store: TraceStore) => Promise<void>): Promise<void>;
}

export function createViewer(): Viewer {
  const store = createStore<ViewerState>(() => ({
    place: undefined,
    traceCount: 0,
    imports: [],
    busy: undefined,
    failure: undefined,
  }));
  const { getState: state, setState: set } = store;
  /** For the files that wait or are read. */
  const controllers = new Map<number, AbortController>();
  let nextId = 1;
  /** One thing at a time: files dropped while others are read come after them. */
  let queue: Promise<void> = Promise.resolve();

  function inTurn(work: () => Promise<void>): Promise<void> {
    return (queue = queue.then(work));
  }

  function setImport(id: number, change: Partial<FileImport>): void {
    set({ imports: state().imports.map((each) => (each.id === id ? { ...each, ...change } : each)) });
  }

  async function count(): Promise<void> {
    const stats = await state().place?.store.stats({ bucketCount: 1 });
    set({ traceCount: stats?.traceCount ?? 0 });
  }

  async function importOne(id: number, file: File): Promise<void> {
    const { place } = state();
    const signal = controllers.get(id)?.signal;
    if (!place || !signal) return;
    setImport(id, { status: "reading" });
    try {
      const onProgress = ({ spans }: { readonly spans: number }) => {
        setImport(id, { spans });
        // Shows the first traces while the rest is read.
        if (state().traceCount < 2) void count();
      };
      const result = await importFile(place.store, paced(file.stream()), {
        readSqlite,
        signal,
        onProgress,
      });
      setImport(id, { status: "done", ...result });
    } catch (error) {
      if (!signal.aborted) setImport(id, { status: "failed", failure: (error as Error).message });
    } finally {
      controllers.delete(id);
      await count();
    }
  }

  function run(busy: string, work: (store: TraceStore) => Promise<void>): Promise<void> {
    return inTurn(async () => {
      const { place } = state();
      if (!place) return;
      set({ busy });
      try {
        await work(place.store);
        await count();
      } catch (error) {
        set({ failure: (error as Error).message });
      } finally {
        set({ busy: undefined });
      }
    });
  }

  async function moveTo(next: TracesPlace): Promise<void> {
    const { place: before } = state();
    if (before) await copyTraces(before.store, next.store);
    noteKept(next.isKept);
    set({ place: next });
    if (before?.isKept) await deleteAll(before.store);
    await before?.store.close();
  }

  function cancel(id: number): void {
    controllers.get(id)?.abort();
    controllers.delete(id);
    setImport(id, { status: "cancelled" });
  }

  return {
    store,
    cancel,
    count,
    run,
    open: () =>
      inTurn(async () => {
        try {
          set({ place: wasKept() ? await openKept() : openMemory() });
        } catch (error) {
          set({
            place: openMemory(),
            failure: `The kept traces cannot be opened: ${(error as Error).message}`,
          });
        }
        await count();
      }),
    async addFiles(files) {
      const added = files.map((file) => ({ id: nextId++, file }));
      for (const { id } of added) controllers.set(id, new AbortController());
      const imports = added.map(({ id, file: { name } }): FileImport => {
        return { id, name, status: "waiting", traces: 0, spans: 0, skipped: 0, errors: [] };
      });
      set({ imports: [...state().imports, ...imports] });
      for (const { id, file } of added) await inTurn(() => importOne(id, file));
    },
    dismissImports: () => set({ imports: state().imports.filter(({ id }) => controllers.has(id)) }),
    dismissFailure: () => set({ failure: undefined }),
    keep: (isKept) =>
      run(isKept ? "Keeping the traces …" : "Removing the traces from this browser's storage …", async () =>
        moveTo(isKept ? await openKept() : openMemory()),
      ),
    async forget() {
      for (const id of [...controllers.keys()]) cancel(id);
      await run("Forgetting the traces …", deleteAll);
      set({ imports: [] });
    },
  };
}
