import { diffArrays } from "diff";
import { maybeJson } from "./chat.js";
import { isFields, type Fields } from "./fields.js";

/** One difference between two JSON values. `before` is absent if it was added, `after` if it was removed. */
export interface JsonChange {
  /** Keys and indices from the outside in; those of the value after, if it is in both. */
  readonly path: readonly string[];
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface JsonDiff {
  readonly changes: readonly JsonChange[];
  /** There are more differences than are listed, or the values are too large to compare in full. */
  readonly isCut: boolean;
}

const maxChanges = 200;
const maxVisited = 100_000;
const maxArrayEdits = 400;
/** Anything deeper counts as one value: no one reads such a path. */
const maxDepth = 100;
/** Only this much of a list entry's JSON decides whether it equals another. */
const maxKeyLength = 4000;

/**
 * Where two JSON values differ, by path. Equal entries of lists are matched wherever they moved together, so that a message added
 * at the front is one addition and not a change of all messages. A text that is JSON is compared by its content.
 */
export function diffJson(before: unknown, after: unknown): JsonDiff {
  const changes: JsonChange[] = [];
  let visited = 0;
  // Not recursive: values may be nested as deeply as their sender likes.
  const stack: { readonly path: readonly string[]; readonly before: unknown; readonly after: unknown }[] = [
    { path: [], before, after },
  ];
  while (stack.length > 0 && changes.length < maxChanges && visited < maxVisited) {
    const { path, ...pair } = stack.pop() ?? { path: [], before, after };
    visited++;
    const [left, right] = [read(pair.before), read(pair.after)];
    if (Object.is(left, right)) continue;
    if (left === absent) changes.push({ path, after: pair.after });
    else if (right === absent) changes.push({ path, before: pair.before });
    else if (path.length >= maxDepth) {
      if (toText(left) !== toText(right)) changes.push({ path, before: pair.before, after: pair.after });
    } else if (Array.isArray(left) && Array.isArray(right)) {
      pushAll(stack, path, pairEntries(left, right));
    } else if (isFields(left) && isFields(right)) {
      pushAll(stack, path, pairFields(left, right));
    } else changes.push({ path, before: pair.before, after: pair.after });
  }
  return { changes, isCut: stack.length > 0 };
}

const absent = Symbol("absent");

interface EntryPair {
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

function pushAll(
  stack: { path: readonly string[]; before: unknown; after: unknown }[],
  path: readonly string[],
  pairs: readonly EntryPair[],
): void {
  for (const { key, before, after } of pairs.toReversed()) {
    stack.push({ path: [...path, key], before, after });
  }
}

function pairFields(before: Fields, after: Fields): EntryPair[] {
  const keys = new Set([...Object.keys(after), ...Object.keys(before)]);
  const valueOf = (fields: Fields, key: string) => (Object.hasOwn(fields, key) ? fields[key] : absent);
  return [...keys].map((key) => ({ key, before: valueOf(before, key), after: valueOf(after, key) }));
}

/** Pairs of equal entries; in between, the first pairs with the first, and the rest was added or removed. */
function pairEntries(before: readonly unknown[], after: readonly unknown[]): EntryPair[] {
  if (before.length <= 1 && after.length <= 1) {
    if (before.length + after.length === 0) return [];
    const entryOf = (entries: readonly unknown[]) => (entries.length > 0 ? entries[0] : absent);
    return [{ key: "0", before: entryOf(before), after: entryOf(after) }];
  }
  const texts = (entries: readonly unknown[]) => entries.map((entry) => toText(entry).slice(0, maxKeyLength));
  const runs = diffArrays(texts(before), texts(after), { maxEditLength: maxArrayEdits }) ?? [
    { count: before.length, removed: true, added: false },
    { count: after.length, removed: false, added: true },
  ];
  const pairs: EntryPair[] = [];
  let atBefore = 0;
  let atAfter = 0;
  for (let index = 0; index < runs.length; index++) {
    const run = runs[index];
    const next = runs[index + 1];
    if (run === undefined) continue;
    const isReplaced = run.removed && next?.added === true;
    const countBefore = run.added ? 0 : run.count;
    const countAfter = run.removed ? (isReplaced ? next.count : 0) : run.count;
    for (let offset = 0; offset < Math.max(countBefore, countAfter); offset++) {
      const hasAfter = offset < countAfter;
      pairs.push({
        key: String(hasAfter ? atAfter + offset : atBefore + offset),
        before: offset < countBefore ? before[atBefore + offset] : absent,
        after: hasAfter ? after[atAfter + offset] : absent,
      });
    }
    atBefore += countBefore;
    atAfter += countAfter;
    if (isReplaced) index++;
  }
  return pairs;
}

function read(value: unknown): unknown {
  return typeof value === "string" ? (maybeJson(value) ?? value) : value;
}

function toText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return ""; // Nested too deep to be written: such entries all count as equal.
  }
}
