import type { TimeSpan } from "./time-span.js";

/** Which traces the list shows. */
export interface ListQuery {
  /** As the reader typed it: a filter, or plain text to search for. Empty for all. */
  readonly text: string;
  /** Only those that started within it. */
  readonly time?: TimeSpan;
}

export const everyTrace: ListQuery = { text: "" };

/** Whether it leaves any trace out. */
export function isNarrowing({ text, time }: ListQuery): boolean {
  return text.trim() !== "" || time !== undefined;
}
