import type { Line } from "../store/span-line.js";
import type { BatchedSpan } from "./batcher.js";

/** What a batch holds. */
export interface Contents {
  ended: number;
  /** Those of them whose parent, if any, is not this recorder's. */
  endedRoots: number;
  /** Spans, ended and open. */
  records: number;
  patches: number;
  characters: number;
}

export function noContents(): Contents {
  return { ended: 0, endedRoots: 0, records: 0, patches: 0, characters: 0 };
}

/** The lines of spans on their way into a batch. */
export interface GatheredLines {
  readonly contents: Contents;
  /**
   * Adds the span's lines; returns false if there is no room for them. If `write` throws, so does this, and nothing is
   * added.
   */
  add(span: BatchedSpan, roomCharacters: number): boolean;
  /** All of them, as texts. */
  texts(): readonly string[];
}

/** A text holds the lines of at most this many spans, and ends with the span that takes it over this length. */
const maxSpans = 32;
const maxCharacters = 1 << 20;

/** Writes the lines of a span from index `at` on; returns the index after the last. */
export type WriteLines = (lines: Line[], at: number, span: BatchedSpan) => number;

export function gatherLines(write: WriteLines): GatheredLines {
  const contents = noContents();
  const texts: string[] = [];
  const lines: Line[] = [];
  let count = 0;
  let spans = 0;
  let characters = 0;

  function join(): void {
    // The list is reused: a new one would be copied each time it grows.
    lines.length = count;
    if (count > 0) texts.push(lines.join("\n"));
    count = spans = characters = 0;
  }

  return {
    contents,
    add(span, roomCharacters) {
      const end = write(lines, count, span);
      const size = sizeOf(lines, count, end);
      if (size > roomCharacters) return false;
      count = end;
      spans++;
      characters += size;
      contents.records++;
      contents.characters += size;
      if (span.isEnded) {
        contents.ended++;
        if (span.isLocalRoot) contents.endedRoots++;
      }
      if (spans >= maxSpans || characters >= maxCharacters) join();
      return true;
    },
    texts() {
      join();
      return texts;
    },
  };
}

function sizeOf(lines: readonly Line[], start: number, end: number): number {
  let size = 0;
  for (let i = start; i < end; i++) {
    const line = lines[i];
    size += typeof line === "string" ? line.length + 1 : 8;
  }
  return size;
}
