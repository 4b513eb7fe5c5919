import { setBackgroundTimer } from "../store/background-timer.js";

// As they are when this is loaded: a test of the program that fakes timers would else keep what is recorded from being written, also
// later, when the timer that it took away with its fakes never comes.
const { setTimeout, clearTimeout } = globalThis;

export type WriteTimer = ReturnType<typeof setTimeout>;

/** A timer of what is to be written; see {@link setBackgroundTimer}. */
export function setWriteTimer(task: () => void, delayMs: number): WriteTimer {
  return setBackgroundTimer(task, delayMs, setTimeout);
}

export function clearWriteTimer(timer: WriteTimer | undefined): void {
  clearTimeout(timer);
}
