import { observe } from "@spanbook/core/store";
import { isReader, type TraceReader, type TraceSource } from "../reading/source.js";
import type { DenoKernel } from "./deno-kernel.js";
import type { OutputOptions } from "./output.js";
import { toTrustedMs } from "./output-data.js";
import { loadLibrary, toBundle, toOutputId } from "./output-html.js";
import { takeSnapshot, type Snapshot } from "./snapshot.js";

/** The outputs that a kernel has shown. */
export interface Notebook {
  /** Shows a source under the running cell, and waits until it is there. */
  display(source: TraceSource, options: OutputOptions): Promise<void>;
}

/**
 * The kernel drops a message if many before it are still unsent, and may report a cell as done before its output is out. It does
 * not say when messages are sent, so they go one by one, and each is given this time.
 */
const settleMs = 50;
/** How often a growing trace is drawn at most, and how often a store without change events is polled. */
const minUpdateMs = 400;
const pollMs = 200;

interface ShownOutput {
  readonly id: string;
  readonly source: TraceSource;
  readonly options: OutputOptions;
  snapshot: Snapshot;
}

/**
 * The library is 200 kB, and a notebook should hold it once, not once per output. But a cell can run again or be deleted, with
 * its output, and the kernel is not told. So the newest output has the library, and so does the first, at the cost of a second
 * copy; the ones in between drop it when there is a newer one. All of them can be read without it.
 */
export function createNotebook(kernel: DenoKernel): Notebook {
  const library = loadLibrary();
  library.catch(() => undefined); // Whoever shows something gets the error.
  let first: ShownOutput | undefined;
  let newest: ShownOutput | undefined;
  /** The newest output of each store that is followed, and how to stop that. */
  const live = new Map<TraceReader, { readonly output: ShownOutput; readonly stop: () => void }>();

  async function toBundleOf(output: ShownOutput) {
    const isCarrier = output === first || output === newest;
    const { id, snapshot, options } = output;
    return toBundle({ id, snapshot, options, library: isCarrier ? await library : undefined });
  }

  let last: Promise<unknown> = Promise.resolve();

  /** Runs `send` when its turn comes; resolves once its time has passed. */
  function inTurn(send: () => Promise<void>): Promise<void> {
    const sent = last.then(send).then(() => pause(settleMs));
    last = sent.catch(() => undefined); // Whoever sends gets the error.
    return sent;
  }

  async function update(output: ShownOutput): Promise<void> {
    const data = await toBundleOf(output);
    const transient = { display_id: output.id };
    await kernel.broadcast("update_display_data", { data, metadata: {}, transient });
  }

  function redraw(output: ShownOutput): Promise<void> {
    return inTurn(async () => {
      output.snapshot = await takeSnapshot(output.source, output.options);
      await update(output);
    });
  }

  /** Follows a store until another output does, or forever. */
  function follow(output: ShownOutput, reader: TraceReader): void {
    const changes: TraceReader["changes"] = (since, limit) => reader.changes(since, limit);
    // A store behind Comlink seems to have every property.
    const onChange = typeof reader === "function" ? undefined : reader.onChange?.bind(reader);
    let timer: ReturnType<typeof setTimeout> | undefined;
    /** A page does not believe forever that a trace runs, so a trace without news is announced again, less and less often. */
    const keepTelling = () => {
      clearTimeout(timer);
      const { traces, madeAtMs } = output.snapshot;
      const trustedMs = Math.min(...traces.map(({ info }) => toTrustedMs(info, madeAtMs) ?? Infinity));
      const isFollowed = live.get(reader)?.output === output;
      if (!isFollowed || trustedMs === Infinity) return;
      timer = setTimeout(() => void redraw(output).then(keepTelling, () => undefined), trustedMs / 2);
    };
    const onNews = async () => {
      await redraw(output);
      keepTelling();
      await pause(minUpdateMs);
    };
    // The observer retries what cannot be read for now; the output stays as it is.
    const unobserve = observe({ changes, onChange: onChange ?? tick }, onNews, { since: revisionOf(output) });
    const stop = () => {
      unobserve();
      clearTimeout(timer);
      if (live.get(reader)?.output === output) live.delete(reader);
    };
    live.set(reader, { output, stop });
    keepTelling();
    output.options.invalidation?.then(stop, stop);
  }

  /** Redraws what already has news: a notebook that is run as a whole and saved does not wait for the observer. */
  async function catchUp(): Promise<void> {
    for (const [reader, { output, stop }] of [...live]) {
      try {
        const { changes } = await reader.changes(revisionOf(output), 1);
        if (changes.length > 0) await redraw(output);
      } catch {
        stop(); // Its store is closed or no longer readable: the output stays as it is.
      }
    }
  }

  return {
    async display(source, options) {
      const output: ShownOutput = {
        id: toOutputId(),
        source,
        options,
        snapshot: await takeSnapshot(source, options),
      };
      if (isReader(source)) live.get(source)?.stop();
      await catchUp();
      const earlier = newest;
      newest = output;
      first ??= output;
      await inTurn(async () =>
        kernel.display(await toBundleOf(output), { raw: true, display_id: output.id }),
      );
      if (earlier && earlier !== first) await inTurn(() => update(earlier));
      if (isReader(source) && options.live !== false) follow(output, source);
    },
  };
}

function revisionOf({ snapshot }: ShownOutput): number {
  return snapshot.traces.reduce((most, { info }) => Math.max(most, info.revision), 0);
}

/** For a store that cannot announce writes: what the last cell did must be visible before the notebook is saved. */
function tick(listener: () => void): () => void {
  const timer = setInterval(listener, pollMs);
  return () => clearInterval(timer);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
