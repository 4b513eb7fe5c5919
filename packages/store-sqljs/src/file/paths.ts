/** The names of the files beside a database. */
import { existsSync, readdirSync, readlinkSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const lockPath = (file: string) => `${file}-lock`;
export const journalPath = (file: string, generation: number) => `${file}-journal-${generation}`;
/** Written by the main thread while its process exits. */
export const exitPath = (file: string, pid: number, count: number) => `${file}-exit-${pid}-${count}`;
/** A snapshot being written. */
export const snapshotPath = (file: string) => `${file}-snapshot`;

/** The journals beside a database, in order. */
export function listJournals(file: string): { readonly path: string; readonly generation: number }[] {
  return listBeside(file, /^-journal-(\d{1,15})$/)
    .map(([path, generation]) => ({ path, generation: Number(generation) }))
    .sort((a, b) => a.generation - b.generation);
}

/** The files that exiting processes left beside a database. */
export function listExitFiles(file: string): string[] {
  return listBeside(file, /^-exit-(\d+-\d+)$/)
    .map(([path]) => path)
    .sort();
}

/** The first of `stem`, `stem-2`, … (with the ending) that does not exist. */
export function freePath(stem: string, ending = ""): string {
  for (let count = 1; ; count++) {
    const candidate = `${stem}${count === 1 ? "" : `-${count}`}${ending}`;
    if (!existsSync(candidate)) return candidate;
  }
}

/** The permissions of the file at that path, for files created beside it; undefined if there is none. */
export function modeAt(path: string): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && stats.mode & 0o777;
}

/** The given path, or that of a `file:` URL. Throws TypeError for a URL that names no file, such as MLflow's `sqlite:///`. */
export function toPath(given: string | URL): string {
  if (/^(?!file:)[a-z][a-z\d+.-]+:\/\//i.test(String(given))) {
    throw new TypeError(`path must be a path or a file: URL, got ${String(given)}`);
  }
  return given instanceof URL || /^file:\/\//i.test(given) ? fileURLToPath(given) : given;
}

/** The path without symbolic links, so that all who open a file find the same files beside it; it need not exist. */
export function toRealPath(file: string): string {
  const absolute = path.resolve(file);
  try {
    return realpathSync(absolute);
  } catch (failure) {
    const folder = path.dirname(absolute);
    if (folder === absolute) return absolute;
    const realFolder = toRealPath(folder);
    const isMissing = (failure as NodeJS.ErrnoException).code === "ENOENT";
    const target = isMissing ? readLink(absolute) : undefined;
    return target === undefined
      ? path.join(realFolder, path.basename(absolute))
      : toRealPath(path.resolve(realFolder, target));
  }
}

/** The target of a link, whether or not it exists. */
function readLink(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined; // no link
  }
}

function listBeside(file: string, ending: RegExp): [path: string, match: string][] {
  const base = path.basename(file);
  return readdirSync(path.dirname(file)).flatMap((name): [string, string][] => {
    const match = name.startsWith(base) ? ending.exec(name.slice(base.length)) : null;
    return match ? [[path.join(path.dirname(file), name), match[1] ?? ""]] : [];
  });
}
