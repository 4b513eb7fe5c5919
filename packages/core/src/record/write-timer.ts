import { setBackgroundTimer } from "../store/background-timer.js";

// Taken when this is loaded: otherwise a test of the program that fakes timers would keep what is recorded from being
// written, and later too, because a timer that went away with the fakes never fires.
const { setTimeout, clearTimeout } = globalThis;

export type WriteTimer = ReturnType<typeof setTimeout>;

/** A timer for writing what is recorded; see {@link setBackgroundTimer}. */
export function setWriteTimer(task: () => void, delayMs: number): WriteTimer {
  return setBackgroundTimer(task, delayMs, setTimeout);
}

export function clearWriteTimer(timer: WriteTimer | undefined): void {
  clearTimeout(timer);
}
