/** The ends of a process and of a page, where what is buffered still has to go out. */

/** The end of a Node, Deno or Bun process. */
export interface ProcessEndHandlers {
  isPending(): boolean;
  /** The event loop has run empty: there is time to write in the usual way. */
  flush(): Promise<unknown>;
  /** The process is leaving: only synchronous calls are left. Throws nothing. */
  readonly flushSync: () => void;
}

interface ProcessEvents {
  readonly pid: number;
  on(event: "beforeExit" | "exit", listener: () => void): unknown;
  off(event: "beforeExit" | "exit" | Signal, listener: () => void): unknown;
  prependListener(event: Signal, listener: () => void): unknown;
  listenerCount(event: Signal): number;
  kill(pid: number, signal: Signal): unknown;
}

type Signal = "SIGINT" | "SIGTERM";

/** Listens until the function it gives back is called. */
export function whenProcessEnds({ isPending, flush, flushSync }: ProcessEndHandlers): () => void {
  const process = maybeProcess();
  if (!process) return () => undefined;
  let flushes = 0;

  function onIdle(): void {
    // A store that fails leaves its spans pending: tried once, not for ever.
    if (flushes++ === 0 && isPending()) void flush();
  }
  process.on("beforeExit", onIdle);
  process.on("exit", flushSync);
  const stopSignals = (["SIGINT", "SIGTERM"] as const).map((signal) =>
    whenSignalled(process, signal, flushSync),
  );
  return () => {
    process.off("beforeExit", onIdle);
    process.off("exit", flushSync);
    for (const stop of stopSignals) stop();
  };
}

/**
 * A signal ends the process as it would without us: at once, unless somebody else listens to it, who then decides. We come
 * first, because a listener for one time is no longer counted once it has been called.
 */
function whenSignalled(process: ProcessEvents, signal: Signal, flushSync: () => void): () => void {
  function onSignal(): void {
    flushSync();
    stop();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  }
  const stop = () => void process.off(signal, onSignal);
  process.prependListener(signal, onSignal);
  return stop;
}

/**
 * Calls `save`, which throws nothing, when the page is hidden, which may be the last that it hears, or the last before it comes back: the browser
 * may discard a hidden page without another event, and may also keep one that was left. Listens until the function it gives
 * back is called; without a page it does nothing.
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
