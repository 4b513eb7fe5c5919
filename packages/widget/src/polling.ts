/** Looks for changes again and again, soon after there were some, less and less often when there were none. */
export interface Polling {
  /** Begins, at once. Does nothing if it runs already. */
  resume(): void;
  pause(): void;
}

const minDelayMs = 500;
const maxDelayMs = 2000;

/**
 * `poll` resolves to whether it found changes; it is called again when it has resolved and 0.5 to 2 seconds have passed. A
 * poll that takes long makes the wait longer, so that at most a quarter of the time is spent looking.
 */
export function createPolling(poll: () => Promise<boolean>): Polling {
  let delayMs = minDelayMs;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isRunning = false;
  let isBusy = false;

  async function turn(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    const startMs = performance.now();
    const hasChanges = await poll();
    isBusy = false;
    delayMs = hasChanges ? minDelayMs : Math.min(maxDelayMs, delayMs * 1.5);
    const tookMs = performance.now() - startMs;
    if (isRunning) timer = setTimeout(() => void turn(), Math.max(delayMs, 3 * tookMs));
  }

  return {
    resume() {
      if (isRunning) return;
      isRunning = true;
      delayMs = minDelayMs;
      void turn();
    },
    pause() {
      isRunning = false;
      clearTimeout(timer);
    },
  };
}
