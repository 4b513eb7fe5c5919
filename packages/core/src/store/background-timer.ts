/** A timer that keeps no process alive: what it would do must not matter once the program has ended. */
export function setBackgroundTimer(task: () => void, delayMs: number): ReturnType<typeof setTimeout> {
  const timer = setTimeout(task, delayMs);
  // A page's timers are numbers.
  (timer as { unref?: () => void }).unref?.();
  return timer;
}
