import type { Span, SpanDigest, TraceInfo } from "@spanbook/core/model";
import {
  clauseGrams,
  compileFilter,
  createGramSet,
  hasGrams,
  toFilterAssessments,
  type FilterClause,
  type FilterSpan,
  type FilterTree,
} from "@spanbook/core/search";
import type { ChunkRow } from "./database.js";
import type { LongRead } from "./long-read.js";
import { readChunks } from "./read.js";
import { readDigests } from "./span-index.js";

/** Keeps the infos whose traces match, in the same order; reads some traces ahead, but not to the end. */
export type Sieve = (infos: readonly TraceInfo[]) => AsyncIterable<TraceInfo> | Iterable<TraceInfo>;

/** How many spans (by the infos' counts) and traces to read at once: about 10 ms. */
const spansAtOnce = 1000;
const tracesAtOnce = 50;

const encoder = new TextEncoder();

/**
 * Tries a filter on the info of each trace, then, if that does not decide, on the digests of its spans, and only then on the
 * payloads that the filter asks for. An info may be older than the spans, as in every page with spans. It pauses after each
 * trace, and between the reads of a large one. Without a filter every trace matches.
 */
export function createSieve(filter: FilterTree | undefined, { database, pause }: LongRead): Sieve {
  if (!filter) return (infos) => infos;
  const matches = compileFilter(filter);

  async function* decide(candidates: readonly Candidate[]): AsyncGenerator<TraceInfo> {
    const ids = candidates.filter(({ isFound }) => !isFound).map(({ info }) => info.traceId);
    const chunks = await readChunks(await database(), ids);
    for (const { info, isFound } of candidates) {
      if (isFound || (await isFoundBySpans(info, chunks.get(info.traceId) ?? []))) yield info;
      await pause();
    }
  }

  async function isFoundBySpans(info: TraceInfo, chunks: readonly ChunkRow[]): Promise<boolean> {
    // Another tab has deleted the trace: a listed trace has spans.
    if (chunks.length === 0) return false;
    const { spans, missing, add } = holdSpans(chunks);
    const subject = { info, assessments: toFilterAssessments(info), spans };
    // Twice as many each time: few are read if few decide, and at most twice as many as needed otherwise.
    for (let count = 1; ; count *= 2) {
      missing.clear();
      const isFound = matches(subject);
      if (isFound !== undefined) return isFound;
      const wanted = [...missing].slice(0, count);
      const payloads = await readPayloads(info.traceId, wanted);
      if (payloads.includes(undefined)) {
        const newer = (await readChunks(await database(), [info.traceId])).get(info.traceId) ?? [];
        // Another tab has superseded these records.
        if (newer.at(-1)?.chunk !== chunks.at(-1)?.chunk) return isFoundBySpans(info, newer);
      }
      wanted.forEach((chunk, index) => add(chunk, payloads[index] ?? ""));
      await pause();
    }
  }

  async function readPayloads(traceId: string, chunks: readonly number[]) {
    const { store } = (await database()).transaction("payloads");
    return Promise.all(chunks.map(async (chunk) => (await store.get([traceId, chunk]))?.payloads));
  }

  return async function* (infos) {
    let candidates: Candidate[] = [];
    let spanCount = 0;
    for (const info of infos) {
      const isFound = matches({ info, assessments: toFilterAssessments(info) });
      await pause();
      if (isFound === false) continue;
      candidates.push({ info, isFound });
      if (!isFound) spanCount += info.spanCount;
      if (spanCount < spansAtOnce && candidates.length < tracesAtOnce) continue;
      yield* decide(candidates);
      candidates = [];
      spanCount = 0;
    }
    yield* decide(candidates);
  };
}

/** A trace that its info alone does not rule out. */
interface Candidate {
  readonly info: TraceInfo;
  readonly isFound: true | undefined;
}

interface HeldSpans {
  /** They return only payloads that have been read. */
  readonly spans: readonly FilterSpan[];
  /** The chunks whose payloads were asked for but have not been read. */
  readonly missing: Set<number>;
  add(chunk: number, payloads: string): void;
}

/**
 * The newest record of each span in a trace's chunks. A payload is parsed when asked for, once; for a text, only if its chunk has
 * the trigrams, which is quicker to check.
 */
function holdSpans(chunks: readonly ChunkRow[]): HeldSpans {
  const held = new Map<number, HeldPayloads>();
  const spans = new Map<string, FilterSpan>();
  const missing = new Set<number>();

  for (const row of chunks) {
    const { chunk } = row;
    if (row.payloads !== undefined) held.set(chunk, holdPayloads(row.payloads));
    const mayHave = (clause: FilterClause) => held.get(chunk)?.mayHave(clause) ?? true;
    const read = (line: number) => {
      const payloads = held.get(chunk);
      if (!payloads) missing.add(chunk);
      return payloads && (JSON.parse(payloads.lineAt(line)) as Span);
    };
    readDigests(row).forEach((digest, line) => {
      spans.set(digest.spanId, new HeldSpan(digest, mayHave, () => read(line)));
    });
  }
  return {
    spans: [...spans.values()],
    missing,
    add: (chunk, text) => void held.set(chunk, holdPayloads(text)),
  };
}

/** A class, because objects that each have their own getter are slow to create. */
class HeldSpan implements FilterSpan {
  readonly digest: SpanDigest;
  readonly mayHave: (clause: FilterClause) => boolean;
  readonly #read: () => Span | undefined;
  #span: Span | undefined;

  constructor(digest: SpanDigest, mayHave: (clause: FilterClause) => boolean, read: () => Span | undefined) {
    this.digest = digest;
    this.mayHave = mayHave;
    this.#read = read;
  }

  get span(): Span | undefined {
    return (this.#span ??= this.#read());
  }
}

interface HeldPayloads {
  lineAt(line: number): string;
  mayHave(clause: FilterClause): boolean;
}

function holdPayloads(text: string): HeldPayloads {
  const verdicts = new Map<FilterClause, boolean>();
  let lines: readonly string[] | undefined;
  let bits: Uint8Array | undefined;

  function decide(clause: FilterClause): boolean {
    const wanted = clauseGrams(clause);
    if (wanted.length === 0) return true;
    if (!bits) {
      const grams = createGramSet();
      grams.add(encoder.encode(text));
      bits = grams.toBytes();
    }
    return hasGrams(bits, wanted);
  }

  return {
    lineAt: (line) => (lines ??= text.split("\n"))[line] ?? "",
    mayHave(clause) {
      let verdict = verdicts.get(clause);
      if (verdict === undefined) verdicts.set(clause, (verdict = decide(clause)));
      return verdict;
    },
  };
}
