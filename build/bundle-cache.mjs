import { stat } from "node:fs/promises";
import path from "node:path";

/**
 * Several test projects, each with its own Vite server, ask for the same bundle: it is kept for the process, and rebuilt when one
 * of its files has changed.
 *
 * @template T
 * @param {(file: string) => Promise<T & { metafile: import("esbuild").Metafile }>} bundle
 * @returns {(file: string) => Promise<T & { inputs: string[] }>}
 */
export function createBundleCache(bundle) {
  const entries = new Map();
  return async function bundleOnce(file) {
    const known = entries.get(file);
    if (known !== undefined && !(await hasChanged(known))) return known.result;
    const entry = { startedMs: Date.now(), result: bundle(file).then(withInputs) };
    entries.set(file, entry);
    entry.result.catch(() => entries.delete(file));
    return entry.result;
  };
}

function withInputs({ metafile, ...result }) {
  // For files loaded by a plugin, its namespace precedes the path.
  const files = Object.keys(metafile.inputs).map((input) =>
    path.resolve(input.replace(/^text-imports:/, "")),
  );
  return { ...result, inputs: files };
}

async function hasChanged({ startedMs, result }) {
  const { inputs } = await result;
  const changes = await Promise.all(
    inputs.map((input) =>
      stat(input).then(
        ({ mtimeMs }) => mtimeMs > startedMs,
        () => true, // gone
      ),
    ),
  );
  return changes.includes(true);
}
