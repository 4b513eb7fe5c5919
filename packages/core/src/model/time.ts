/** Where the time comes from; an argument, so that tests can set it. */
export interface TimeSource {
  /** Milliseconds since the Unix epoch. */
  wallMs(): number;
  /** Milliseconds since any moment; it never goes back. */
  monotonicMs(): number;
  /**
   * When `monotonicMs` was 0, in milliseconds since the Unix epoch, if that is known. A page and its workers have
   * origins on one clock, so times relative to them can be compared to a fraction of a millisecond.
   */
  readonly originMs?: number;
}

export const systemTime: TimeSource = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  originMs: performance.timeOrigin,
};

/** Reads the time as nanoseconds since the Unix epoch, a decimal string. */
export interface Clock {
  /** Never earlier than its last result. */
  now(): string;
  /**
   * The time for a span that starts: at least a nanosecond after every earlier start. A browser's clock stands still
   * for up to a millisecond, and spans that start meanwhile must keep their order.
   */
  start(): string;
  /**
   * Moves the clock forward if it is behind `unixNano`, a time that another clock has already shown. A gap of more than
   * a minute is not a clock error, and is ignored.
   */
  advanceTo(unixNano: string): void;
}

const maxDriftMs = 100;
const maxAdvanceNs = 60_000_000_000;

/**
 * The clock of one process. A trace takes one {@link Clock} from it and reads all its times there: wall clock at its start,
 * monotonic offsets after it, so that a corrected system clock cannot turn a duration negative.
 */
export function createClockSource(time: TimeSource = systemTime): { startTrace(): Clock } {
  const toUnixNano = createUnixNanoWriter();
  let anchor = anchorAt(time);
  return {
    startTrace() {
      if (Math.abs(driftMs(anchor, time)) > maxDriftMs) anchor = anchorAt(time);
      return createClock(time, anchor, toUnixNano);
    },
  };
}

interface Anchor {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** At the time origin, unless the wall clock has moved away from it. */
function anchorAt(time: TimeSource): Anchor {
  const { originMs } = time;
  const [wallMs, monotonicMs] = [time.wallMs(), time.monotonicMs()];
  if (originMs === undefined || Math.abs(wallMs - monotonicMs - originMs) > maxDriftMs) {
    return { wallMs: Math.floor(wallMs), monotonicMs };
  }
  const wholeMs = Math.floor(originMs);
  return { wallMs: wholeMs, monotonicMs: wholeMs - originMs };
}

function driftMs(anchor: Anchor, time: TimeSource): number {
  return time.wallMs() - anchor.wallMs - (time.monotonicMs() - anchor.monotonicMs);
}

function createClock(
  time: TimeSource,
  start: Anchor,
  toUnixNano: (wallMs: number, offsetNs: number) => string,
): Clock {
  let anchor = start;
  let aheadNs = 0;
  let nextLookMs = -Infinity;
  let lastStartNs = -1;
  function readNs(): number {
    let offsetMs = time.monotonicMs() - anchor.monotonicMs;
    // The monotonic clock stands still while the machine sleeps. Checked once a millisecond, as the check costs as much
    // as the reading. A wall clock that was set back is not followed: a child must not start before its parent.
    if (offsetMs >= nextLookMs) {
      if (time.wallMs() - anchor.wallMs - offsetMs > maxDriftMs) {
        anchor = anchorAt(time);
        offsetMs = time.monotonicMs() - anchor.monotonicMs;
        lastStartNs = -1;
      }
      nextLookMs = offsetMs + 1;
    }
    return Math.max(lastStartNs, Math.round(offsetMs * 1e6) + aheadNs);
  }
  function now(): string {
    const ns = readNs(); // This may change the anchor.
    return toUnixNano(anchor.wallMs, ns);
  }
  return {
    now,
    start() {
      const ns = readNs();
      lastStartNs = ns === lastStartNs ? ns + 1 : ns;
      return toUnixNano(anchor.wallMs, lastStartNs);
    },
    advanceTo(unixNano) {
      const behindNs = nanosecondsBetween(now(), unixNano);
      if (behindNs > 0 && behindNs <= maxAdvanceNs) aheadNs += behindNs;
    },
  };
}

/**
 * Writes milliseconds and nanoseconds as two parts, because a double holds milliseconds since the epoch only to a
 * quarter of a microsecond. The text of the last millisecond is cached, and so are those of three digits: formatting a
 * number costs more than all the rest.
 */
function createUnixNanoWriter(): (wallMs: number, offsetNs: number) => string {
  let ms = 0;
  let msText = "";
  const threeDigits: string[] = [];
  const toDigits = (number: number) => (threeDigits[number] ??= String(1000 + number).slice(1));
  return (wallMs, offsetNs) => {
    const wholeMs = Math.floor(offsetNs / 1e6);
    if (wallMs + wholeMs !== ms) msText = String((ms = wallMs + wholeMs));
    const ns = offsetNs - wholeMs * 1e6;
    // No leading zeros in the epoch's first millisecond; there is no time before it.
    return ms > 0 ? msText + (toDigits(Math.floor(ns / 1000)) + toDigits(ns % 1000)) : String(ns);
  };
}

/** Orders two times as decimal strings without leading zeros: negative, zero, positive. */
export function compareUnixNano(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Nanoseconds from one time to another; exact up to 104 days. */
export function nanosecondsBetween(start: string, end: string): number {
  return Number(BigInt(end) - BigInt(start));
}

/** Milliseconds from one time to another, with the fraction; exact to the nanosecond up to 104 days. */
export function millisecondsBetween(start: string, end: string): number {
  return nanosecondsBetween(start, end) / 1e6;
}

/**
 * A time as milliseconds since the Unix epoch: whole milliseconds exactly, a fraction to about a quarter of a microsecond.
 */
export function toUnixMs(unixNano: string): number {
  // In two parts, or the start of a millisecond would come out just before it.
  return Number(unixNano.slice(0, -6)) + Number(unixNano.slice(-6)) / 1e6;
}
