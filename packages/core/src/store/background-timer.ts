/** A timer that does not keep the process alive: its task may never run once the program has nothing else to do. */
export function setBackgroundTimer(
  task: () => void,
  delayMs: number,
  start = setTimeout,
): ReturnType<typeof setTimeout> {
  const timer = start(task, delayMs);
  // In a page, timers are numbers.
  (timer as { unref?: () => void }).unref?.();
  return timer;
}
