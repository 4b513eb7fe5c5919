/**
 * LangChain and LangGraph, through LangChain's own hook: a callback handler. Every event names its run and the run
 * above it, so the tree needs no context.
 */
import { MlflowKey } from "../model/dialects/mlflow.js";
import { firstOf, maybeText, textOf, toRecord, unwrapJson, type Fields } from "../model/json.js";
import { SpanType } from "../model/span.js";
import { addChunkEvent } from "../record/chunk-events.js";
import type { LiveSpan } from "../record/live-span.js";
import { watchMethods, type Watcher } from "../record/watch.js";
import { toPlainMessages } from "./langchain-messages.js";
import { mismatchReporter } from "./mismatch.js";
import { setTimeToFirstChunk, toTokenUsage } from "./model-call.js";
import { replaceMethod } from "./replace-method.js";
import { guardListeners, recorderFinder, spanStarter, type AutoTracingOptions } from "./recording.js";
import { switchOn, untraced } from "./switches.js";

/** The part of LangChain's class that is needed. */
interface CallbackManager {
  readonly handlers: readonly { readonly name?: string }[];
  addHandler(handler: unknown, inherit?: boolean): void;
}

/** The module `@langchain/core/callbacks/manager`. */
export interface LangChainModule {
  readonly CallbackManager: object;
}

/**
 * Traces every run of LangChain and LangGraph from now on: chains, graphs and their nodes, models, tools, retrievers. Takes the
 * module `@langchain/core/callbacks/manager`; returns a function that switches it off. What a node or a tool calls is below its
 * span if LangChain itself keeps its runs in AsyncLocalStorage, as LangGraph arranges in Node.
 */
export function traceLangChain(module: LangChainModule, options: AutoTracingOptions = {}): () => void {
  const { handler, spanOf, drop, report } = createHandler(options);
  // A stream that is left early or aborted fires no event.
  const dropped = new FinalizationRegistry(drop);
  const Manager = module.CallbackManager as { new (): CallbackManager };
  switchOn(Manager, () => {
    const undo = replaceMethod(Manager, "_configureSync", (configure) => {
      return function (this: unknown, ...args) {
        const manager =
          (Reflect.apply(configure, this, args) as CallbackManager | undefined) ?? new Manager();
        if (!manager.handlers.some(({ name }) => name === handler.name)) manager.addHandler(handler, true);
        watchRuns(manager, (run) => dropped.register(run, run.runId));
        return manager;
      };
    });
    if (!undo) report("its CallbackManager has no _configureSync, so no runs are recorded");
    return [undo, activateRuns(spanOf)].filter((each) => each !== undefined);
  });
  return () => void untraced(Manager);
}

/** Only the handler, for `callbacks: [createLangChainHandler()]` of one call or one model. */
export function createLangChainHandler(options: AutoTracingOptions = {}): object {
  return createHandler(options).handler;
}

/** The object by which LangChain ends a run; once it is garbage-collected, the run cannot end. */
interface RunManager {
  readonly runId: string;
}

/** Reports the runs that the manager starts and that may stream. */
function watchRuns(manager: object, onRun: (run: RunManager) => void): void {
  const watcher: Watcher = (start, args) => {
    const started = start(...args) as PromiseLike<RunManager | readonly RunManager[]>;
    started.then(
      (runs) => [runs].flat().forEach(onRun),
      () => undefined,
    );
    return started;
  };
  watchMethods(manager, {
    handleChainStart: watcher,
    handleChatModelStart: watcher,
    handleLLMStart: watcher,
  });
}

/** A run until it ends. A hidden one shares the span of the run above it. */
interface Run {
  readonly span: LiveSpan | undefined;
  readonly isHidden: boolean;
  tokenCount: number;
}

interface RunStart {
  readonly runId: string;
  readonly parentRunId: string | undefined;
  readonly name: string | undefined;
  readonly spanType: string;
  readonly inputs: unknown;
  readonly tags?: readonly string[] | undefined;
  readonly attributes?: Fields;
}

/** Marks LangGraph's own housekeeping, which LangSmith does not show either. */
const hiddenTag = "langsmith:hidden";

function createHandler(options: AutoTracingOptions) {
  const startSpan = spanStarter(options);
  const report = mismatchReporter("LangChain", recorderFinder(options));
  const runs = new Map<string, Run>();
  const spanOf = (runId: string | undefined) => (runId === undefined ? undefined : runs.get(runId)?.span);

  function start({ runId, parentRunId, name = "run", tags, ...spanOptions }: RunStart): void {
    const parent = spanOf(parentRunId);
    const isHidden = tags?.includes(hiddenTag) ?? false;
    const span = isHidden ? parent : startSpan({ ...spanOptions, name, parent });
    runs.set(runId, { span, isHidden, tokenCount: 0 });
  }

  function finish(runId: string, end: (span: LiveSpan) => void): void {
    const run = runs.get(runId);
    runs.delete(runId);
    if (run?.span && !run.isHidden) end(run.span);
  }

  const fail = (error: unknown, runId: string) =>
    finish(runId, (span) => {
      if (isControlFlow(error)) span.end({ outputs: toPlainMessages(toOutputs(error)) });
      else span.recordException(error).end();
    });
  const drop = (runId: string) =>
    finish(runId, (span) => span.setAttribute("spanbook.stream", "dropped").end());

  const startModel =
    (spanType: string, toInputs: (asked: readonly unknown[], extra?: Fields) => unknown) =>
    (
      model: unknown,
      asked: readonly unknown[],
      runId: string,
      parentRunId?: string,
      extra?: Fields,
      tags?: string[],
      metadata?: Fields,
      runName?: string,
    ) =>
      start({
        ...{ runId, parentRunId, tags, spanType },
        name: runName ?? nameOf(model),
        inputs: toInputs(asked, extra),
        attributes: modelOf(metadata, extra),
      });

  const listeners = {
    // The declared types order the arguments differently from LangChain's actual calls.
    handleChainStart(
      chain: unknown,
      inputs: unknown,
      runId: string,
      parentRunId?: string,
      tags?: string[],
      _metadata?: Fields,
      runType?: string,
      runName?: string,
    ) {
      const spanType = runType === "parser" ? SpanType.PARSER : SpanType.CHAIN;
      start({
        runId,
        parentRunId,
        tags,
        name: runName ?? nameOf(chain),
        spanType,
        inputs: toPlainMessages(inputs),
      });
    },
    handleChainEnd: (outputs: unknown, runId: string) =>
      finish(runId, (span) => span.end({ outputs: toPlainMessages(outputs) })),
    handleChainError: fail,
    handleChatModelStart: startModel(SpanType.CHAT_MODEL, (messages, extra) => ({
      messages: toPlainMessages(onlyOf(messages)),
      ...toolsOf(extra),
    })),
    handleLLMStart: startModel(SpanType.LLM, onlyOf),
    handleLLMNewToken(token: unknown, _place: unknown, runId: string) {
      const run = runs.get(runId);
      if (!run?.span) return;
      addChunkEvent(run.span, run.tokenCount, token);
      if (run.tokenCount === 0) setTimeToFirstChunk(run.span);
      run.tokenCount++;
    },
    handleLLMEnd: (result: unknown, runId: string) => finish(runId, (span) => endModel(span, result)),
    handleLLMError: fail,
    handleToolStart: (
      tool: unknown,
      input: unknown,
      runId: string,
      parentRunId?: string,
      tags?: string[],
      _metadata?: Fields,
      runName?: string,
      toolCallId?: string,
    ) =>
      start({
        ...{ runId, parentRunId, tags },
        name: runName ?? nameOf(tool),
        spanType: SpanType.TOOL,
        inputs: unwrapJson(input),
        attributes: { "gen_ai.tool.call.id": toolCallId },
      }),
    handleToolEnd: (output: unknown, runId: string) =>
      finish(runId, (span) => span.end({ outputs: toPlainMessages(output) })),
    handleToolError: fail,
    handleRetrieverStart: (
      retriever: unknown,
      query: unknown,
      runId: string,
      parentRunId?: string,
      tags?: string[],
      _metadata?: Fields,
      runName?: string,
    ) =>
      start({
        ...{ runId, parentRunId, tags },
        name: runName ?? nameOf(retriever),
        spanType: SpanType.RETRIEVER,
        inputs: query,
      }),
    handleRetrieverEnd: (documents: unknown, runId: string) =>
      finish(runId, (span) => span.end({ outputs: documents })),
    handleRetrieverError: fail,
  };
  const handler = {
    name: "spanbook",
    // Called within the run, so that times and the active span are the run's.
    awaitHandlers: true,
    raiseError: false,
    ...{
      ignoreLLM: false,
      ignoreChain: false,
      ignoreAgent: false,
      ignoreRetriever: false,
      ignoreCustomEvent: true,
    },
    copy: () => handler,
    ...guardListeners(report, listeners),
  };
  return { handler, spanOf, drop, report };
}

/**
 * LangGraph throws to pause until a person has answered, or to pass a command to the graph above: the node has not
 * failed.
 */
function isControlFlow(error: unknown): boolean {
  return toRecord(error)["is_bubble_up"] === true;
}

/** In the form of LangGraph's own results. */
function toOutputs(error: unknown): unknown {
  const { interrupts, command } = toRecord(error);
  return Array.isArray(interrupts) ? { __interrupt__: interrupts } : command;
}

function endModel(span: LiveSpan, result: unknown): void {
  const { generations, llmOutput } = toRecord(result);
  const answers = Array.isArray(generations) ? (generations as unknown[]).flat().map(toRecord) : [];
  const [first] = answers;
  const message = toRecord(first?.["message"]);
  const usage =
    firstOf(message, "usage_metadata") ?? firstOf(toRecord(llmOutput), "tokenUsage", "estimatedTokenUsage");
  const model = textOf(toRecord(message["response_metadata"]), "model_name", "model");
  span.setAttribute(MlflowKey.tokenUsage, toTokenUsage(usage));
  if (model !== undefined && model !== "") span.setAttribute(MlflowKey.model, model);
  const outputs = answers.map(({ message, text }) => toPlainMessages(message ?? text));
  span.end({ outputs: outputs.length === 1 ? outputs[0] : outputs });
}

/** Unwraps the only request of a call that is not a batch. */
function onlyOf(asked: readonly unknown[]): unknown {
  return asked.length === 1 ? asked[0] : asked;
}

function modelOf(metadata: unknown, extra: unknown): Fields {
  const { ls_model_name: model, ls_provider: provider } = toRecord(metadata);
  const asked = textOf(toRecord(toRecord(extra)["invocation_params"]), "model", "model_name");
  return { [MlflowKey.model]: maybeText(model) ?? asked, [MlflowKey.provider]: maybeText(provider) };
}

function toolsOf(extra: unknown): Fields {
  const { tools } = toRecord(toRecord(extra)["invocation_params"]);
  return Array.isArray(tools) && tools.length > 0 ? { tools } : {};
}

/** The name, or else the class that was serialized: the last part of its id. */
function nameOf(serialized: unknown): string | undefined {
  const { name, id } = toRecord(serialized);
  return maybeText(name) ?? (Array.isArray(id) ? maybeText(id.at(-1)) : undefined);
}

// Source of both names: @langchain/core, src/singletons/async_local_storage/globals.ts
const storageKey = Symbol.for("ls:tracing_async_local_storage");
const childConfigKey = Symbol.for("lc:child_config");

/** Makes a run's span active whenever LangChain runs something within that run. */
function activateRuns(spanOf: (runId: string | undefined) => LiveSpan | undefined): (() => void) | undefined {
  const storage = (globalThis as Record<symbol, unknown>)[storageKey];
  if (typeof storage !== "object" || storage === null) return undefined;
  return replaceMethod(storage, "run", (run) => {
    return function (this: unknown, runTree, fn, ...rest) {
      const { extra } = toRecord(runTree);
      const config = toRecord((extra as Record<symbol, unknown> | undefined)?.[childConfigKey]);
      const manager = config["callbacks"] as { getParentRunId?: () => string | undefined } | undefined;
      const call = () => Reflect.apply(run, this, [runTree, fn, ...rest]) as unknown;
      const span = spanOf(manager?.getParentRunId?.());
      return span ? span.run(call) : call();
    };
  });
}
