/** What `show` loads if there is no document: see output.ts. */
import type { TraceSource } from "../reading/source.js";
import { findKernel, type DenoKernel, type MimeBundle } from "./deno-kernel.js";
import { createNotebook, type Notebook } from "./notebook.js";
import type { OutputOptions } from "./output.js";
import { loadLibrary, toBundle as toBundleOf, toOutputHtml, toOutputId } from "./output-html.js";
import { takeSnapshot } from "./snapshot.js";
import { toSnapshotText } from "./snapshot-text.js";

export { findKernel };

/** A kernel has one notebook, which knows the outputs in it. */
const notebooks = new WeakMap<DenoKernel, Notebook>();

/** Shows a source under the running cell, or where the program prints. */
export async function showOutput(source: TraceSource, options: OutputOptions): Promise<undefined> {
  const kernel = findKernel();
  if (kernel === undefined) {
    print(await toText(source, options));
    return;
  }
  const notebook = notebooks.get(kernel) ?? createNotebook(kernel);
  notebooks.set(kernel, notebook);
  await notebook.display(source, options);
}

export async function toText(source: TraceSource, options: OutputOptions): Promise<string> {
  return toSnapshotText(await takeSnapshot(source, options));
}

export async function toHtml(source: TraceSource, options: OutputOptions): Promise<string> {
  const [snapshot, library] = await Promise.all([takeSnapshot(source, options), loadLibrary()]);
  return toOutputHtml({ id: toOutputId(), snapshot, options, library });
}

/** Both, with the library: an output that cannot be updated must work alone. */
export async function toBundle(source: TraceSource, options: OutputOptions): Promise<MimeBundle> {
  const [snapshot, library] = await Promise.all([takeSnapshot(source, options), loadLibrary()]);
  return toBundleOf({ id: toOutputId(), snapshot, options, library });
}

function print(text: string): void {
  const { process } = globalThis as { process?: { stdout?: { write(text: string): void } } };
  // eslint-disable-next-line no-console -- that is what was asked for
  if (process?.stdout === undefined) console.log(text);
  else process.stdout.write(`${text}\n`);
}
