/**
 * What is open in a recorder: traces with open spans, and stretches of the program that run below a remote span or in
 * which nothing is recorded. The parent of a span is inferred from these when it is unknown what is active: after an
 * await that the context could not follow, or in a separate task, which looks just the same.
 */
import type { AwaitContext, ContextManager } from "../context/context-manager.js";
import { isSampled, type RemoteContext } from "../context/propagation.js";
import type { LiveSpan } from "./live-span.js";
import type { StartSpanOptions } from "./options.js";
import type { Active, TraceScope } from "./recorder.js";
import { isUnrecorded } from "./unrecorded-span.js";

/** The parent, if only one is possible; otherwise all the candidates. */
export interface Guess {
  readonly parent?: LiveSpan | RemoteContext | undefined;
  /** Everything that is open is unrecorded. */
  readonly isUnrecorded?: boolean | undefined;
  readonly candidates: readonly (LiveSpan | RemoteContext)[];
}

export interface OpenWork {
  /** The platform's context, extended to note the stretches that run in it. */
  readonly context: ContextManager<Active>;
  /** Traces with open spans, by id. */
  readonly traces: ReadonlyMap<string, TraceScope>;
  /** The first span of a trace has begun. */
  add(trace: TraceScope): void;
  /** The last of its spans has ended. */
  remove(traceId: string): void;
  /** Undefined if nothing is open. */
  guess(): Guess | undefined;
  /** Puts the platform's functions back for good. */
  close(): void;
}

const maxCandidates = 32;

export function createOpenWork(platform: ContextManager<Active>): OpenWork {
  const { awaits } = platform;
  const traces = new Map<string, TraceScope>();
  const stretches = new Set<Stretch>();
  let isClosed = false;

  /** The platform's functions carry the context as long as a possible parent is open. */
  function carryPlatform({ carryPlatform: carry }: AwaitContext): void {
    carry(!isClosed && (traces.size > 0 || remotesOf(stretches).length > 0));
  }

  function guess(): Guess | undefined {
    const isUnrecordedToo = [...stretches].some(({ remote }) => !remote);
    const candidates = [...[...traces.values()].flatMap(leavesOf), ...remotesOf(stretches).filter(isLeaf)];
    const [only, ...others] = candidates;
    if (!only) return isUnrecordedToo ? { isUnrecorded: true, candidates } : undefined;
    return others.length === 0 && !isUnrecordedToo
      ? { parent: only, candidates: [] }
      : { candidates: candidates.slice(0, maxCandidates) };
  }

  /** Whether no open span is the remote one itself or below it. */
  function isLeaf({ traceId, spanId }: RemoteContext): boolean {
    const open = traces.get(traceId)?.open;
    return ![...(open ?? [])].some((span) => span.spanId === spanId || span.parentId === spanId);
  }

  function noting(follow: AwaitContext): ContextManager<Active> {
    return {
      ...platform,
      run(active, fn, ...args) {
        const stretch = active && maybeStretch(active);
        if (!stretch) return platform.run(active, fn, ...args);
        const leave = () => {
          stretches.delete(stretch);
          carryPlatform(follow);
        };
        let result;
        stretches.add(stretch);
        carryPlatform(follow);
        try {
          return (result = platform.run(active, fn, ...args));
        } finally {
          if (follow.isCarried(result)) follow.observe(result, leave, leave);
          else leave();
        }
      },
    };
  }

  return {
    context: awaits ? noting(awaits) : platform,
    traces,
    add(trace) {
      // Nothing was open, so nothing of this recorder can be active in the running job.
      if (awaits && !awaits.isKnown() && !guess()) awaits.knowNothing();
      traces.set(trace.traceId, trace);
      if (awaits) carryPlatform(awaits);
    },
    remove(traceId) {
      traces.delete(traceId);
      if (awaits) carryPlatform(awaits);
    },
    guess,
    close() {
      isClosed = true;
      if (awaits) carryPlatform(awaits);
    },
  };
}

/** Undefined if the span has ended, or is another recorder's. */
export function findOpenSpan(trace: TraceScope | undefined, spanId: string): LiveSpan | undefined {
  for (const span of trace?.open ?? []) if (span.spanId === spanId) return span;
  return undefined;
}

/** The options of a span whose parent was guessed, with a mark that says so, and links to the candidates. */
export function toGuessed(options: StartSpanOptions, { parent, candidates }: Guess): StartSpanOptions {
  const links = candidates.map(({ traceId, spanId }) => ({ traceId, spanId }));
  return {
    ...options,
    attributes: { ...options.attributes, "spanbook.parent": parent ? "inferred" : "unknown" },
    links: [...(options.links ?? []), ...links],
  };
}

/** A part of the program, until its result has settled: below `remote` or, without one, unrecorded. */
interface Stretch {
  readonly remote?: RemoteContext | undefined;
}

/** Undefined if an open span of this recorder already says as much, or nothing is active. */
function maybeStretch({ span, remote, defaults }: Active): Stretch | undefined {
  if (defaults?.enabled === false || (span && isUnrecorded(span))) return {};
  if (span || !remote) return undefined;
  return isSampled(remote) ? { remote } : {};
}

/** Without duplicates. */
function remotesOf(stretches: ReadonlySet<Stretch>): RemoteContext[] {
  return [
    ...new Map([...stretches].flatMap(({ remote }) => (remote ? [[toKey(remote), remote]] : []))).values(),
  ];
}

function toKey({ traceId, spanId }: RemoteContext): string {
  return traceId + spanId;
}

/** The open spans that have no open child. */
function leavesOf({ open }: TraceScope): LiveSpan[] {
  const parents = new Set(Array.from(open, ({ parentId }) => parentId));
  return [...open].filter(({ spanId }) => !parents.has(spanId));
}
