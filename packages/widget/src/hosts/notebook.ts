import { observe } from "@spanbook/core/store";
import { isReader, type TraceReader, type TraceSource } from "../reading/source.js";
import type { DenoKernel } from "./deno-kernel.js";
import type { OutputOptions } from "./output.js";
import { toTrustedMs } from "./output-data.js";
import { loadLibrary, toBundle, toOutputId } from "./output-html.js";
import { takeSnapshot, type Snapshot } from "./snapshot.js";

/** The outputs that a kernel has shown. */
export interface Notebook {
  /** Shows a source under the cell that runs, and waits until it stands there. */
  display(source: TraceSource, options: OutputOptions): Promise<void>;
}

/**
 * The kernel drops a message when much before it is not out yet, and can say that a cell is done before its output is out. It
 * does not tell when they are: so messages go one by one, and each is given this time.
 */
const settleMs = 50;
/** A growing trace is drawn at most so often, and a store that tells of no changes is asked so often. */
const minUpdateMs = 400;
const pollMs = 200;

interface ShownOutput {
  readonly id: string;
  readonly source: TraceSource;
  readonly options: OutputOptions;
  snapshot: Snapshot;
}

/**
 * The library is 200 kB, and a notebook is to hold it once, not once an output. But a cell can run again, or go, and its output
 * with it, of which the kernel is not told. So the newest output has the library, and the first too, where it costs a second
 * copy; what comes between gives it up when there is a newer one. All of them are read without it.
 */
export function createNotebook(kernel: DenoKernel): Notebook {
  const library = loadLibrary();
  library.catch(() => undefined); // Whoever shows something is told.
  let first: ShownOutput | undefined;
  let newest: ShownOutput | undefined;
  /** The newest output of each store that is followed, and what ends that. */
  const live = new Map<TraceReader, { readonly output: ShownOutput; readonly stop: () => void }>();

  async function toBundleOf(output: ShownOutput) {
    const isCarrier = output === first || output === newest;
    const { id, snapshot, options } = output;
    return toBundle({ id, snapshot, options, library: isCarrier ? await library : undefined });
  }

  let last: Promise<unknown> = Promise.resolve();

  /** Sends what there is to send when it is its turn; resolves when it has had its time. */
  function inTurn(send: () => Promise<void>): Promise<void> {
    const sent = last.then(send).then(() => pause(settleMs));
    last = sent.catch(() => undefined); // Whoever sends is told.
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

  /** Follows a store until another output does, or for good. */
  function follow(output: ShownOutput, reader: TraceReader): void {
    const changes: TraceReader["changes"] = (since, limit) => reader.changes(since, limit);
    // A store behind Comlink has whatever it is asked for.
    const onChange = typeof reader === "function" ? undefined : reader.onChange?.bind(reader);
    let timer: ReturnType<typeof setTimeout> | undefined;
    /** A page does not take a trace to run for ever: what runs on without news is told again, ever more seldom. */
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
    // What cannot be read for now is asked for again by the observer; the output stays as it is.
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

  /** Redraws what has news already: a notebook that is executed as a whole, and saved, does not wait for the observer. */
  async function catchUp(): Promise<void> {
    for (const [reader, { output, stop }] of [...live]) {
      try {
        const { changes } = await reader.changes(revisionOf(output), 1);
        if (changes.length > 0) await redraw(output);
      } catch {
        stop(); // Its store is closed, or cannot be read any more: the output stays as it is.
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

/** For a store that cannot say when it was written to: what the last cell did is to be seen before the notebook is saved. */
function tick(listener: () => void): () => void {
  const timer = setInterval(listener, pollMs);
  return () => clearInterval(timer);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
