/**
 * Who is taken as the parent of a span that starts where nobody knows what is active: after an await that the context could
 * not follow, and in a task of its own, which looks just the same.
 */
import type { ContextManager } from "../context/current.js";
import type { LiveSpan } from "./live-span.js";
import type { StartSpanOptions } from "./options.js";
import type { Active, TraceScope } from "./recorder.js";

/** `parent` where it can only be one, else all that it may be. */
export interface Guess {
  readonly parent?: LiveSpan | undefined;
  /** It can only be a stretch in which nothing is recorded. */
  readonly isUnrecorded?: boolean | undefined;
  readonly candidates: readonly LiveSpan[];
}

export interface Inference {
  /** Undefined where nothing is open. */
  guess(open: ReadonlyMap<string, TraceScope>): Guess | undefined;
  /** The context for stretches in which nothing is recorded, which are candidates too. */
  readonly unrecorded: ContextManager<Active>;
}

const maxCandidates = 32;

export function createInference(context: ContextManager<Active>): Inference {
  const { awaits } = context;
  let unrecordedCount = 0;

  function run<Result>(active: Active | undefined, fn: () => Result): Result {
    const leave = () => void unrecordedCount--;
    let result: Result | undefined;
    unrecordedCount++;
    try {
      return (result = context.run(active, fn));
    } finally {
      if (awaits?.isCarried(result)) awaits.observe(result, leave, leave);
      else leave();
    }
  }

  return {
    guess(open) {
      const [trace, ...others] = open.values();
      if (!trace) return unrecordedCount > 0 ? { isUnrecorded: true, candidates: [] } : undefined;
      const parent = others.length + unrecordedCount === 0 ? maybeInnermost(trace) : undefined;
      return parent
        ? { parent, candidates: [] }
        : { candidates: [trace, ...others].flatMap(leavesOf).slice(0, maxCandidates) };
    },
    unrecorded: awaits ? { ...context, run } : context,
  };
}

/** What a span starts with whose parent was guessed: it says so. */
export function toGuessed(options: StartSpanOptions, { parent, candidates }: Guess): StartSpanOptions {
  const links = candidates.map(({ traceId, spanId }) => ({ traceId, spanId }));
  return {
    ...options,
    attributes: { ...options.attributes, "spanbook.parent": parent ? "inferred" : "unknown" },
    links: [...(options.links ?? []), ...links],
  };
}

/** The last of the open spans, where each is a child of the one before. */
function maybeInnermost({ open }: TraceScope): LiveSpan | undefined {
  let last: LiveSpan | undefined;
  for (const span of open.values()) {
    if (last && span.parentId !== last.spanId) return undefined;
    last = span;
  }
  return last;
}

/** The open spans that have no open child. */
function leavesOf({ open }: TraceScope): LiveSpan[] {
  const parents = new Set(Array.from(open.values(), ({ parentId }) => parentId));
  return [...open.values()].filter(({ spanId }) => !parents.has(spanId));
}
