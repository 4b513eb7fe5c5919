import type { LiveSpan } from "../record/live-span.js";

/** Tells that a part of what is loaded has come so far: `share` from 0 to 1. */
export type NoteProgress = (
  part: string,
  share: number,
  attributes: Readonly<Record<string, unknown>>,
) => void;

const steps = 10;

/** Notes how far a model is loaded as events of a span, `model.load`: for each part its start, and each tenth of it. */
export function progressNotes(span: LiveSpan): NoteProgress {
  const noted = new Map<string, number>();
  return (part, share, attributes) => {
    const step = Math.floor(share * steps);
    if (noted.get(part) === step) return;
    noted.set(part, step);
    span.addEvent({ name: "model.load", attributes });
  };
}
