import { createMemoryStore } from "@spanbook/core/memory";
import { formatFilter, type FilterField, type FilterTree } from "@spanbook/core/search";
import type { TraceStore } from "@spanbook/core/store";
import { expect } from "vitest";
import { aBatch, aPatch, aSpan, traceId } from "../support/spans.js";
import { hostileText } from "../support/traces.js";
import { outcomeOf, type Check } from "./check.js";

/** What means something to SQL, to JSON paths, to patterns, to objects, or to a page. */
export const hostileWords: readonly string[] = [
  ...["' OR '1'='1", "'; DROP TABLE spans; --", '"; DELETE FROM traces; --', "-- \n /* */", "NULL"],
  ...["') UNION SELECT sql FROM sqlite_master --", "`", "``) OR 1=1 --", "?1", ":name @name $name"],
  ...["a.b[0].$.c", '$."a"', "%", "_%\\", "*", "\\", "\\u0027"],
  ...["\0", "a\0b", "\ud800", "\uffff", "😀' \u2028"],
  ...["__proto__", "constructor", "toString", "hasOwnProperty"],
  hostileText,
];

/** Filters for a word. */
const ways: readonly ((field: FilterField, word: string) => FilterTree | string)[] = [
  (field, word) => compared(field, "LIKE", `%${word}%`),
  (field, word) => formatFilter(compared(field, "=", word)),
  (field, word) => ({ kind: "not", operand: compared(field, "=", word) }),
  (field, word) => ({ kind: "membership", field, op: "IN", values: [word, "'"] }),
  (field) => ({ kind: "nullCheck", field, op: "IS NULL" }),
];

/** Words are just words, in whatever place. */
export function checkHostileWords(check: Check): void {
  check("are found as plain text, in every field, as by the memory store", async (store) => {
    const memory = createMemoryStore();
    await Promise.all([writeWords(store), writeWords(memory)]);
    for (const [index, word] of hostileWords.entries()) {
      const fields = fieldsOf(word);
      const exact = await findAll(
        store,
        fields.map((field) => compared(field, "=", word)),
      );
      expect(exact, word).toEqual(fields.map(() => [traceId(index + 1)]));
      // One way for each field; the next word takes another.
      const filters = fields.map((field, place) => ways[(index + place) % ways.length]!(field, word));
      filters.push(compared({ name: "trace.text" }, "LIKE", `%${word}%`));
      const [found, expected] = await Promise.all([findAll(store, filters), findAll(memory, filters)]);
      expect(found, word).toEqual(expected);
    }
    expect(await allOf(store)).toEqual(await allOf(memory));
    expect(await allOf(store)).toHaveLength(hostileWords.length);
  });

  check("are never ids, orders or page tokens", async (store) => {
    await writeWords(store);
    for (const word of hostileWords) {
      expect(await store.get(word)).toBeUndefined();
      expect(await store.getSpan(word, word)).toBeUndefined();
      expect(await outcomeOf(store.search({ orderBy: [word] }))).not.toBe("resolved");
      expect(await outcomeOf(store.search({ pageToken: word }))).not.toBe("resolved");
    }
    expect(await allOf(store)).toHaveLength(hostileWords.length);
  });
}

/** Trace n has the n-th word as name, type, model, session, tag, metadata, attribute, key and value alike. */
async function writeWords(store: TraceStore): Promise<void> {
  for (const [index, word] of hostileWords.entries()) {
    const trace = index + 1;
    const attributes = Object.fromEntries([[word, word]]);
    const fields = { name: word, type: word, model: word, sessionId: word, inputs: word };
    const patches = (["setTag", "setMetadata"] as const).map((op) =>
      aPatch(trace, { op, key: word, value: word }, trace),
    );
    await store.write(aBatch([aSpan({ trace, ...fields, attributes })], { patches }));
  }
}

function fieldsOf(word: string): FilterField[] {
  const named = ["trace.name", "trace.session_id", "span.name", "span.type", "span.model"] as const;
  const keyed = ["tag", "metadata", "span.attributes"] as const;
  return [...named.map((name) => ({ name })), ...keyed.map((name) => ({ name, key: word }))];
}

function compared(field: FilterField, op: "=" | "LIKE", value: string): FilterTree {
  return { kind: "comparison", field, op, value };
}

function findAll(store: TraceStore, filters: readonly (FilterTree | string)[]): Promise<string[][]> {
  return Promise.all(
    filters.map(async (filter) => {
      const { traces } = await store.search({ filter, maxResults: 1000 });
      return traces.map(({ info }) => info.traceId).sort();
    }),
  );
}

async function allOf(store: TraceStore): Promise<unknown[]> {
  const { traces } = await store.search({ includeSpans: true, maxResults: 1000 });
  return traces.map(({ info, data }) => [info.traceId, info.tags, data.spans]);
}
