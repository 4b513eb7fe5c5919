/**
 * OpenAI's Agents SDK, through its own hook: a trace processor. Its spans name their trace and the span above them;
 * while a span is active in its own context, it is active for what the program traces itself.
 */
import { isObjectLike } from "../model/objects.js";
import { SpanType } from "../model/span.js";
import type { LiveSpan } from "../record/live-span.js";
import { isThenable } from "../record/thenable.js";
import { mismatchReporter } from "./mismatch.js";
import { describeAgentSpan, type AgentSpan } from "./openai-agents-spans.js";
import {
  bridgeFinder,
  guardListeners,
  recorderFinder,
  spanStarter,
  type AutoTracingOptions,
} from "./recording.js";
import { replaceMethod } from "./replace-method.js";
import { switchOn, untraced } from "./switches.js";

interface AgentTrace {
  readonly traceId: string;
  readonly name: string;
  readonly groupId: string | null;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** What the SDK keeps in its own AsyncLocalStorage, and changes in place. */
interface AgentContext {
  readonly trace?: AgentTrace;
  readonly span?: AgentSpan;
}

/** The part of the SDK's class that is needed. */
interface TraceProvider {
  registerProcessor(processor: object): void;
  setProcessors(processors: readonly object[]): void;
  setDisabled(isDisabled: boolean): void;
  createTrace(options: object): AgentTrace;
  getCurrentTrace(): unknown;
}

/** The module `@openai/agents`, or `@openai/agents-core`. */
export interface AgentsModule {
  readonly getGlobalTraceProvider: () => object;
}

// Source of these: @openai/agents-core 0.20, src/tracing/utils.ts, context.ts and provider.ts
const noTraceId = "no-op";
const storageKey = Symbol.for("openai.agents.core.asyncLocalStorage");
const providerKey = Symbol.for("openai.agents.core.traceProvider");

/**
 * Traces every run of OpenAI's Agents SDK from now on: the run, its agents and their turns, model calls, tools, handoffs,
 * guardrails. Takes the module `@openai/agents`; returns a function that switches it off. If the SDK's own tracing is off, as
 * in browsers, it is switched on for this only, and nothing goes to OpenAI's dashboard; if it is on, that stays as it is.
 */
export function traceAgents(module: AgentsModule, options: AutoTracingOptions = {}): () => void {
  const provider = module.getGlobalTraceProvider() as TraceProvider;
  switchOn(provider, () => {
    const { processor, switchOff, startWith, ...runs } = createProcessor(options);
    const isDisabled = provider.createTrace({}).traceId === noTraceId;
    if (isDisabled) provider.setProcessors([processor]);
    else provider.registerProcessor(processor);
    provider.setDisabled(false);
    const deactivate = activateSpans(provider, runs, options);
    const leaveSpans = replaceMethod(provider, "createSpan", (create) => (...args) => {
      const span = Reflect.apply(create, provider, args);
      if (isObjectLike(span)) startWith(span as AgentSpan);
      return span;
    });
    return [
      () => {
        // A single processor cannot be removed.
        switchOff();
        leaveSpans?.();
        deactivate?.();
        if (!isDisabled) return;
        provider.setProcessors([]);
        provider.setDisabled(true);
      },
    ];
  });
  return () => void untraced(provider);
}

/** The provider of a loaded copy of the SDK, in the shape of its module. */
export function findAgentsModule(): AgentsModule | undefined {
  const provider = (globalThis as Record<symbol, unknown>)[providerKey];
  return isObjectLike(provider) ? { getGlobalTraceProvider: () => provider } : undefined;
}

interface Runs {
  /** The span that is active in this context of the SDK. */
  spanIn(context: AgentContext): LiveSpan | undefined;
  /** Ends a trace whose function failed, which the SDK does not do. */
  failTrace(traceId: string, error: unknown): void;
}

/** A span of the SDK while it is open. */
interface OpenSpan {
  readonly span: LiveSpan;
  readonly parentId: string | null;
  readonly traceId: string;
  /** Whether it is a run with its trace's name, which shares the root's span. */
  readonly isRoot: boolean;
  readonly type: string;
}

function createProcessor(options: AutoTracingOptions) {
  const startSpan = spanStarter(options);
  const roots = new Map<string, { readonly span: LiveSpan; readonly name: string }>();
  const spans = new Map<string, OpenSpan>();
  let isOn = true;

  function endTrace(traceId: string, end: (span: LiveSpan) => void): void {
    const root = roots.get(traceId);
    roots.delete(traceId);
    if (root) end(root.span);
  }

  function startAgentSpan({ traceId, spanId, parentId, spanData }: AgentSpan): void {
    if (spans.has(spanId)) return;
    const { type } = spanData;
    const root = roots.get(traceId);
    const isRoot = type === "task" && parentId === null && spanData["name"] === root?.name;
    const parent = (parentId === null ? undefined : spans.get(parentId)?.span) ?? root?.span;
    const span = isRoot ? root?.span : startSpan({ ...describeAgentSpan(spanData), parent });
    if (span) spans.set(spanId, { span, parentId, traceId, isRoot, type });
  }

  /** The first question to a model and its last answer become inputs and outputs of its agent and of the run. */
  function tellAbove({ parentId, traceId }: OpenSpan, inputs: unknown, outputs: unknown): void {
    const tell = (span: LiveSpan | undefined) => {
      if (span?.inputs === undefined) span?.setInputs(inputs);
      if (outputs !== undefined) span?.setOutputs(outputs);
    };
    let above = parentId === null ? undefined : spans.get(parentId);
    // A tool that runs an agent has inputs and outputs of its own.
    while (above && above.type !== "function") {
      if (above.type !== "turn") tell(above.span);
      if (above.parentId === null) break;
      above = spans.get(above.parentId);
    }
    if (above === undefined || above.parentId === null) tell(roots.get(traceId)?.span);
  }

  const listeners = guardListeners(mismatchReporter("the Agents SDK", recorderFinder(options)), {
    onTraceStart({ traceId, name, groupId, metadata }: AgentTrace) {
      const span = startSpan({ name, spanType: SpanType.CHAIN, attributes: metadata });
      if (groupId !== null) span.updateTrace({ sessionId: groupId });
      roots.set(traceId, { span, name });
    },
    onTraceEnd: ({ traceId }: AgentTrace) => endTrace(traceId, (span) => span.end()),
    onSpanStart: startAgentSpan,
    onSpanEnd({ spanId, spanData, error }: AgentSpan) {
      const open = spans.get(spanId);
      if (!open) return;
      spans.delete(spanId);
      const { span, isRoot } = open;
      if (error) span.setStatus("ERROR", messageOf(error));
      if (isRoot) return;
      const { name, inputs, outputs, attributes = {}, answer } = describeAgentSpan(spanData);
      span.updateName(name).setInputs(inputs).setOutputs(outputs).setAttributes(attributes);
      if (answer) tellAbove(open, answer.asked, answer.said);
      const above = open.parentId === null ? undefined : spans.get(open.parentId)?.type;
      // The SDK ends the stream of an abandoned or aborted run as if all were well.
      if ((above === "turn" || above === "agent") && answer && answer.said === undefined && !error) {
        span.setAttribute("spanbook.stream", "left");
      }
      span.end();
    },
  });
  const called =
    <Event>(listener: (event: Event) => void) =>
    (event: Event): Promise<void> => {
      if (isOn) listener(event);
      return Promise.resolve();
    };
  return {
    processor: {
      onTraceStart: called(listeners.onTraceStart),
      onTraceEnd: called(listeners.onTraceEnd),
      onSpanStart: called(listeners.onSpanStart),
      onSpanEnd: called(listeners.onSpanEnd),
      shutdown: () => Promise.resolve(),
      forceFlush: () => Promise.resolve(),
    },
    switchOff() {
      isOn = false;
      for (const { span } of [...spans.values(), ...roots.values()]) span.end();
      spans.clear();
      roots.clear();
    },
    spanIn: ({ span, trace }: AgentContext) =>
      (span && spans.get(span.spanId)?.span) ?? (trace && roots.get(trace.traceId)?.span),
    /**
     * Starts our span with the SDK's: the SDK calls its processors in turn, so a later one hears when the work has
     * already begun.
     */
    startWith(span: AgentSpan): void {
      replaceMethod(span, "start", (start) => () => {
        Reflect.apply(start, span, []);
        if (isOn && span.traceId !== noTraceId) listeners.onSpanStart(span);
      });
    },
    failTrace: (traceId: string, error: unknown) =>
      endTrace(traceId, (span) => span.recordException(error).end()),
  };
}

/** The SDK passes on an error's text, or hides it if the program wants that. */
function messageOf({ message, data }: NonNullable<AgentSpan["error"]>): string {
  const { error } = data ?? {};
  return typeof error === "string" && error !== "" ? error : message;
}

/** Makes the span in the SDK's own context active in the recorder as well. */
function activateSpans(
  provider: TraceProvider,
  { spanIn, failTrace }: Runs,
  options: AutoTracingOptions,
): (() => void) | undefined {
  // The storage is created on first use.
  provider.getCurrentTrace();
  const storage = (globalThis as Record<symbol, unknown>)[storageKey];
  if (!isObjectLike(storage)) return undefined;
  const findBridge = bridgeFinder(options);
  return replaceMethod(storage, "run", (run) => {
    return function (this: unknown, store, ...rest) {
      const call = () => Reflect.apply(run, this, [store, ...rest]) as unknown;
      const context = findBridge()?.context;
      if (!context || !isObjectLike(store)) return call();
      const outer = context.active();
      const { trace } = store as AgentContext;
      const around = (storage as { getStore?: () => AgentContext | undefined }).getStore?.()?.trace;
      const result = context.run(
        {
          ...outer,
          isKnown: outer?.isKnown ?? context.awaits?.isKnown(),
          get span() {
            return spanIn(store) ?? outer?.span;
          },
        },
        call,
      );
      if (trace && trace.traceId !== around?.traceId && isThenable(result)) {
        result.then(undefined, (error: unknown) => failTrace(trace.traceId, error));
      }
      return result;
    };
  });
}
