/**
 * One writer at a time. The lock is a file that says who holds it, created so that only one process can succeed. A holder that
 * dies leaves it behind, and the next one takes it over.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { storeError } from "@spanbook/core/store";

export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When the lock was taken, ISO 8601. */
  readonly since: string;
  /** When the process started, in ticks since boot: another process may get the pid of a dead one. */
  readonly startTicks?: string;
  /** Unique to this taking of the lock. */
  readonly token: string;
}

/**
 * Takes the lock. Throws StoreLockedError, which names the holder, and the system's errors. `token` must be unique;
 * {@link releaseLock} needs it.
 */
export function takeLock(path: string, token: string): void {
  const content = JSON.stringify(describeSelf(token));
  for (;;) {
    if (createOnly(path, content)) return;
    const holder = readHolder(path);
    if (!holder) continue;
    if (isAlive(holder)) throw lockedError(path, holder);
    // A dead holder's lock is replaced only under a second lock, so that two processes that find it cannot both get it. Should
    // the holder of the second die, it is replaced in the same way.
    const takeoverPath = `${path}-takeover`;
    takeLock(takeoverPath, token);
    try {
      if (readHolder(path)?.token !== holder.token) continue;
      const replacement = `${path}-${token}`;
      writeFileSync(replacement, content);
      renameSync(replacement, path);
      return;
    } finally {
      rmSync(takeoverPath);
    }
  }
}

/** Releases the lock, if it is still the one taken with that token. */
export function releaseLock(path: string, token: string): void {
  if (readHolder(path)?.token === token) rmSync(path, { force: true });
}

/** The living process that holds the lock, if there is one. */
export function readLivingHolder(path: string): LockHolder | undefined {
  const holder = readHolder(path);
  return holder && isAlive(holder) ? holder : undefined;
}

function createOnly(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: "wx" });
    return true;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw failure;
  }
}

function describeSelf(token: string): LockHolder {
  const startTicks = readProcess(process.pid)?.startTicks;
  return {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    ...(startTicks !== undefined && { startTicks }),
    token,
  };
}

/** Longer than it takes to write the lock after creating it. */
const maxUnreadableMs = 2000;
const retryMs = 10;

/** Undefined if there is no lock. An unreadable one has just been created, or its creator died before it could write. */
function readHolder(path: string): LockHolder | undefined {
  // Not by the time of the file: clocks are set back, and those of network drives differ.
  const endMs = performance.now() + maxUnreadableMs;
  try {
    for (;;) {
      const holder = parseHolder(readFileSync(path, "utf8"));
      if (holder) return holder;
      if (performance.now() > endMs) return { pid: 0, host: hostname(), since: "", token: "" };
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
    }
  } catch (failure) {
    if (missing.has((failure as NodeJS.ErrnoException).code)) return undefined;
    throw failure;
  }
}

/** No such file, or not even its folder. */
const missing: ReadonlySet<string | undefined> = new Set(["ENOENT", "ENOTDIR"]);

function parseHolder(text: string): LockHolder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<LockHolder> | null;
    const isWhole = typeof holder?.pid === "number" && typeof holder.token === "string";
    return isWhole ? (holder as LockHolder) : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, host, startTicks }: LockHolder): boolean {
  // Nothing is known about another machine's processes.
  if (host !== hostname()) return true;
  if (pid <= 0 || !isRunning(pid)) return false;
  const found = readProcess(pid);
  if (!found) return true;
  return (
    found.state !== "Z" &&
    found.state !== "X" &&
    (startTicks === undefined || startTicks === found.startTicks)
  );
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (failure) {
    // EPERM: it runs, but as another user.
    return (failure as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** What Linux says about a process; undefined on other systems. Source: man 5 proc, /proc/pid/stat */
function readProcess(pid: number): { state: string; startTicks: string } | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // The second field is the program's name in parentheses, which may contain anything.
  const [state = "", ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state, startTicks: fields[18] ?? "" };
}

function lockedError(path: string, { pid, host, since }: LockHolder): Error {
  const file = path.replace(/-lock(-takeover)*$/, "");
  const isThisOne = pid === process.pid && host === hostname();
  const hint = isThisOne
    ? `; to use it in another thread see shareStore in @spanbook/core/worker (or remove ${path} if the thread that opened it is gone)`
    : ` (or remove ${path} if that process is gone)`;
  return storeError(
    "StoreLockedError",
    `${file} is open for writing in ${isThisOne ? "this process" : `process ${pid} of ${host}`} since ${since}; ` +
      `open it with readOnly, or close it there${hint}`,
  );
}
