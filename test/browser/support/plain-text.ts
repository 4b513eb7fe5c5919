/**
 * Plain data as text and back, for the way between a test and a page: with undefined, NaN, the infinities, lone surrogates
 * and any key, some of which each browser's driver loses.
 */

/** Text from which {@link fromText} makes the same data. */
export function toText(value: unknown): string {
  return JSON.stringify(tag(value));
}

export function fromText(text: string): unknown {
  return untag(JSON.parse(text));
}

type Tagged =
  | string
  | boolean
  | null
  | number
  | { special: string }
  | { items: Tagged[] }
  | { entries: [string, Tagged][] };

function tag(value: unknown): Tagged {
  if (value === undefined || (typeof value === "number" && !Number.isFinite(value)) || Object.is(value, -0)) {
    return { special: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (Array.isArray(value)) return { items: value.map(tag) };
  if (typeof value === "object" && value !== null) {
    return { entries: Object.entries(value).map(([key, item]) => [key, tag(item)]) };
  }
  return value as Tagged;
}

function untag(tagged: Tagged): unknown {
  if (typeof tagged !== "object" || tagged === null) return tagged;
  if ("items" in tagged) return tagged.items.map(untag);
  if ("entries" in tagged) return Object.fromEntries(tagged.entries.map(([key, item]) => [key, untag(item)]));
  return tagged.special === "undefined" ? undefined : Number(tagged.special);
}
