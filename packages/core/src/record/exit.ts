/** The end of a process or a page, when what is buffered still has to be written. */

/** The end of a Node, Deno or Bun process. */
export interface ProcessEndHandlers {
  isPending(): boolean;
  /** The event loop is empty: there is time to write in the usual way. */
  flush(): Promise<unknown>;
  /** The process is exiting: only synchronous calls still work. Never throws. */
  readonly flushSync: () => void;
}

interface ProcessEvents {
  readonly pid: number;
  readonly platform: string;
  on(event: "beforeExit" | "exit", listener: () => void): unknown;
  off(event: "beforeExit" | "exit" | Signal, listener: () => void): unknown;
  prependListener(event: Signal, listener: () => void): unknown;
  listenerCount(event: Signal): number;
  kill(pid: number, signal: Signal): unknown;
}

type Signal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** One set of listeners for all recorders of the process: Node warns of more than ten. */
const recorders = new Set<ProcessEndHandlers>();

/** Listens until the returned function is called. */
export function whenProcessEnds(handlers: ProcessEndHandlers): () => void {
  const process = maybeProcess();
  if (!process) return () => undefined;
  let flushes = 0;
  const recorder: ProcessEndHandlers = {
    ...handlers,
    // A failing store leaves its spans pending: try once, not for ever.
    isPending: () => flushes++ === 0 && handlers.isPending(),
  };
  recorders.add(recorder);
  // Listen anew, as if this recorder were the only one: after the present listeners, but before them for signals.
  unlisten(process);
  process.on("beforeExit", onIdle);
  process.on("exit", flushAll);
  for (const [signal, listener] of onSignals) process.prependListener(signal, listener);
  return () => {
    recorders.delete(recorder);
    if (recorders.size === 0) unlisten(process);
  };
}

function unlisten(process: ProcessEvents): void {
  process.off("beforeExit", onIdle);
  process.off("exit", flushAll);
  for (const [signal, listener] of onSignals) process.off(signal, listener);
}

function onIdle(): void {
  for (const { isPending, flush } of recorders) if (isPending()) void flush();
}

function flushAll(): void {
  for (const { flushSync } of recorders) flushSync();
}

const signals: readonly Signal[] = ["SIGINT", "SIGTERM", ...(isEndedByHangup() ? (["SIGHUP"] as const) : [])];
const onSignals = signals.map((signal) => [signal, () => leaveBy(signal)] as const);

/**
 * Whether a closed terminal ends the process. It ends Node even under `nohup`, which other runtimes obey, but could not
 * if we listened; and Windows has no such signal for {@link leaveBy} to send.
 */
function isEndedByHangup(): boolean {
  return maybeProcess()?.platform !== "win32" && !("Deno" in globalThis) && !("Bun" in globalThis);
}

/**
 * Ends the process as the signal would without us: at once, unless somebody else listens to it, who then decides. We
 * come first, because a `once` listener is no longer counted after it has been called.
 */
function leaveBy(left: Signal): void {
  flushAll();
  const process = maybeProcess();
  for (const [signal, listener] of onSignals) if (signal === left) process?.off(signal, listener);
  if (process?.listenerCount(left) === 0) process.kill(process.pid, left);
}

/**
 * Calls `save`, which never throws, when the page is hidden or left. This may be the last event, because the browser
 * may discard a hidden page without another one; or the page may come back. Listens until the returned function is
 * called; without a page it does nothing.
 */
export function whenPageHides(save: () => void): () => void {
  const { document } = globalThis as { document?: Document };
  if (!document?.defaultView) return () => undefined;
  const { defaultView: page } = document;

  function onVisibilityChange(): void {
    if (document?.visibilityState === "hidden") save();
  }
  document.addEventListener("visibilitychange", onVisibilityChange);
  page.addEventListener("pagehide", save);
  return () => {
    document.removeEventListener("visibilitychange", onVisibilityChange);
    page.removeEventListener("pagehide", save);
  };
}

function maybeProcess(): ProcessEvents | undefined {
  const { process } = globalThis as { process?: Partial<ProcessEvents> };
  return typeof process?.on === "function" && typeof process.prependListener === "function"
    ? (process as ProcessEvents)
    : undefined;
}
