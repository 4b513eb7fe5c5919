import type { LiveSpan } from "../record/live-span.js";

/** Notes how far a part of what is being loaded has come: `share` is from 0 to 1. */
export type NoteProgress = (
  part: string,
  share: number,
  attributes: Readonly<Record<string, unknown>>,
) => void;

const steps = 10;

/** Notes the loading of a model as `model.load` events of a span: for each part its start, and each tenth of it. */
export function progressNotes(span: LiveSpan): NoteProgress {
  const noted = new Map<string, number>();
  return (part, share, attributes) => {
    const step = Math.floor(share * steps);
    if (noted.get(part) === step) return;
    noted.set(part, step);
    span.addEvent({ name: "model.load", attributes });
  };
}
