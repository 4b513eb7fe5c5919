/** The end of a Node, Deno or Bun process, where what is buffered still has to go out. Pages have their own events. */
export interface ProcessEndHandlers {
  isPending(): boolean;
  /** The event loop has run empty: there is time to write in the usual way. */
  flush(): Promise<unknown>;
  /** The process is leaving: only synchronous calls are left. */
  flushSync(): void;
  onError(error: unknown): void;
}

interface ProcessEvents {
  on(event: "beforeExit" | "exit", listener: () => void): unknown;
  off(event: "beforeExit" | "exit", listener: () => void): unknown;
}

/** Listens until the function it gives back is called. */
export function whenProcessEnds({ isPending, flush, flushSync, onError }: ProcessEndHandlers): () => void {
  const process = maybeProcess();
  if (!process) return () => undefined;
  let flushes = 0;

  function onIdle(): void {
    // A store that fails leaves its spans pending: tried once, not for ever.
    if (flushes++ === 0 && isPending()) void flush();
  }
  function onExit(): void {
    try {
      flushSync();
    } catch (error) {
      onError(error);
    }
  }
  process.on("beforeExit", onIdle);
  process.on("exit", onExit);
  return () => {
    process.off("beforeExit", onIdle);
    process.off("exit", onExit);
  };
}

function maybeProcess(): ProcessEvents | undefined {
  const { process } = globalThis as { process?: Partial<ProcessEvents> };
  return typeof process?.on === "function" && typeof process.off === "function"
    ? (process as ProcessEvents)
    : undefined;
}
