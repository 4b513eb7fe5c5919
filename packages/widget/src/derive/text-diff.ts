import { diffArrays } from "diff";

/** A stretch of two texts: in both, or only in the earlier or the later one. */
export interface DiffPart {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Texts that differ in more places are shown one after the other: no reader follows that many, and finding them takes long. */
const maxEdits = 1500;
const maxWordsLength = 20_000;

/**
 * The edits that turn `before` into `after`, word by word within changed lines. The parts that are not added make up the earlier
 * text, those that are not removed the later one. Bounded: texts with little in common count as removed and added as a whole.
 */
export function diffTexts(before: string, after: string): readonly DiffPart[] {
  if (before === after) return before === "" ? [] : [{ kind: "same", text: before }];
  const parts: DiffPart[] = [];
  const lines = diffPieces(splitLines(before), splitLines(after));
  for (let index = 0; index < lines.length; index++) {
    const part = lines[index];
    const next = lines[index + 1];
    if (part === undefined) continue;
    const isReplaced = part.kind === "removed" && next?.kind === "added";
    if (isReplaced && part.text.length + next.text.length <= maxWordsLength) {
      parts.push(...toReadable(diffPieces(splitWords(part.text), splitWords(next.text)), [part, next]));
      index++;
    } else parts.push(part);
  }
  return joinSame(parts);
}

function diffPieces(before: string[], after: string[]): DiffPart[] {
  const changes = diffArrays(before, after, { maxEditLength: maxEdits }) ?? [
    { value: before, removed: true, added: false },
    { value: after, removed: false, added: true },
  ];
  return changes.map(({ value, removed, added }) => ({
    kind: removed ? "removed" : added ? "added" : "same",
    text: value.join(""),
  }));
}

function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}

/** Words, numbers, spaces, and single signs. */
function splitWords(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{M}_]+|\s+|[^]/gu) ?? [];
}

/** If two texts are less alike than this, their common parts are noise: they are shown whole instead. */
const minLikeness = 0.35;
const shortLength = 30;

/** The changed words; a space between two changed words counts as changed. */
function toReadable(words: readonly DiffPart[], whole: readonly [DiffPart, DiffPart]): readonly DiffPart[] {
  const [before, after] = whole.map(({ text }) => text.length) as [number, number];
  const same = words.reduce((sum, { kind, text }) => sum + (kind === "same" ? text.trim().length : 0), 0);
  const isUnlike = same < Math.max(before, after) * minLikeness;
  if (isUnlike && Math.max(before, after) > shortLength) return whole;
  const parts: DiffPart[] = [];
  let removed = "";
  let added = "";
  const settle = () => {
    parts.push({ kind: "removed", text: removed }, { kind: "added", text: added });
    removed = added = "";
  };
  for (const [index, { kind, text }] of words.entries()) {
    const isBetween = kind === "same" && text.trim() === "" && index > 0 && index < words.length - 1;
    if (isBetween || kind === "removed") removed += text;
    if (isBetween || kind === "added") added += text;
    if (isBetween || kind !== "same") continue;
    settle();
    parts.push({ kind, text });
  }
  settle();
  return parts;
}

/** Joins neighbours of one kind. */
function joinSame(parts: readonly DiffPart[]): DiffPart[] {
  const joined: DiffPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.text === "") continue;
    if (last?.kind === part.kind) joined[joined.length - 1] = { ...last, text: last.text + part.text };
    else joined.push(part);
  }
  return joined;
}
