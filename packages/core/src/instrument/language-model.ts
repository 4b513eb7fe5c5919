/**
 * The model that is built into a browser, through its Prompt API. The methods are wrapped on the class, so that
 * existing sessions and clones are recorded as well. Source: https://webmachinelearning.github.io/prompt-api/
 */
import { MlflowKey } from "../model/dialects/mlflow.js";
import { maybeText, toRecord, type Fields } from "../model/json.js";
import { isRecord } from "../model/objects.js";
import { SpanType } from "../model/span.js";
import type { LiveSpan } from "../record/live-span.js";
import type { FindRecorder } from "../record/trace-function.js";
import { describeModelCall } from "./model-call.js";
import { progressNotes } from "./progress.js";
import { recorderFinder, type AutoTracingOptions } from "./recording.js";
import { replaceMethod } from "./replace-method.js";
import { switchOn, untraced } from "./switches.js";
import { traceMethod, type MethodCall, type MethodTrace } from "./traced-method.js";

/** Where to find the model. */
export interface LanguageModelTracingOptions extends AutoTracingOptions {
  /** Default: the browser's own. Pass the class of a polyfill here. */
  readonly LanguageModel?: object | undefined;
}

const attributes = { [MlflowKey.provider]: "browser" };

/**
 * Traces the browser's `LanguageModel` from now on: `create` with the progress of a download as events, `prompt`,
 * `promptStreaming`, `append`, and the tools that the model calls. Returns a function that switches it off. Without such a
 * model in the browser, nothing happens.
 */
export function traceLanguageModel(options: LanguageModelTracingOptions = {}): () => void {
  const { LanguageModel: Model = (globalThis as { LanguageModel?: object }).LanguageModel } = options;
  if (!Model) return () => undefined;
  const findRecorder = recorderFinder(options);
  /** The prompts that a session is answering. */
  const running = new WeakMap<object, Set<LiveSpan>>();

  const ask = ([input, given]: readonly unknown[], session: unknown): MethodCall => ({
    inputs: { messages: toMessages(input), ...withoutFunctions(given) },
    attributes,
    prepare(span) {
      if (isRecord(session)) running.set(session, (running.get(session) ?? new Set()).add(span));
    },
    describe(span, outputs) {
      if (isRecord(session)) {
        running.get(session)?.delete(span);
        describeContext(span, session);
      }
      describeModelCall(span, undefined);
      return outputs === undefined ? undefined : { role: "assistant", content: outputs };
    },
  });

  const create = ([given]: readonly unknown[]): MethodCall => {
    const fields = toRecord(given);
    let session: object | undefined;
    /** With several prompts at a time, it cannot be told which one calls the tool. */
    const asking = () => {
      const spans = [...((session && running.get(session)) ?? [])];
      const [span, ...others] = spans.filter(({ isEnded }) => !isEnded);
      return others.length === 0 ? span : undefined;
    };
    return {
      inputs: withoutFunctions(given),
      attributes,
      prepare: (span) =>
        // Invalid options are left for the browser to refuse.
        given === undefined || isRecord(given)
          ? [{ ...fields, monitor: watchDownload(span, fields), ...withTools(fields, asking, findRecorder) }]
          : undefined,
      describe(span, created) {
        if (!isRecord(created)) return undefined;
        session = created;
        describeContext(span, created);
        return undefined;
      },
    };
  };

  switchOn(Model, () => {
    const { prototype = {} } = Model as { prototype?: object };
    const trace = (
      owner: object,
      method: string,
      spanType: string,
      describeCall: MethodTrace["describeCall"],
    ) => {
      const name = `LanguageModel.${method}`;
      const methodTrace = { name, spanType, isExpected: true, describeCall, outputReducer: joinTexts };
      return traceMethod(owner, method, methodTrace, findRecorder) ?? [];
    };
    return [
      trace(Model, "create", SpanType.UNKNOWN, create),
      trace(prototype, "prompt", SpanType.CHAT_MODEL, ask),
      trace(prototype, "promptStreaming", SpanType.CHAT_MODEL, ask),
      trace(prototype, "append", SpanType.MEMORY, ask),
    ].flat();
  });
  return () => void untraced(Model);
}

/** A plain text is the user's message. Of images and sounds only the kind is recorded. */
function toMessages(input: unknown): unknown {
  if (typeof input === "string") return [{ role: "user", content: input }];
  if (!Array.isArray(input)) return input;
  return input.map((message: unknown) => {
    const { content, ...others } = toRecord(message);
    return { ...others, content: Array.isArray(content) ? content.map(toPart) : content };
  });
}

function toPart(part: unknown): Fields {
  const { type, value } = toRecord(part);
  return typeof value === "string" ? { type, text: value } : { type };
}

function joinTexts(texts: readonly unknown[]): string {
  return texts.join("");
}

/** How much of its context window a session has used, in tokens. The API counts them for the session, not per answer. */
function describeContext(span: LiveSpan, session: Fields): void {
  span.setAttributes({
    "language_model.context_usage": session["contextUsage"] ?? session["inputUsage"],
    "language_model.context_window": session["contextWindow"] ?? session["inputQuota"],
  });
}

function withoutFunctions(options: unknown): Fields {
  const { initialPrompts, tools, ...others } = toRecord(options);
  const kept = Object.entries(others).filter(([key]) => key !== "signal" && key !== "monitor");
  return {
    ...Object.fromEntries(kept),
    ...(initialPrompts !== undefined && { messages: toMessages(initialPrompts) }),
    ...(Array.isArray(tools) && {
      tools: tools
        .map(toRecord)
        .map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
    }),
  };
}

function watchDownload(span: LiveSpan, { monitor }: Fields): (target: EventTarget) => void {
  const note = progressNotes(span);
  return function (this: unknown, target) {
    target.addEventListener("downloadprogress", (event) => {
      const { loaded, total } = event as ProgressEvent;
      note("model", loaded / (total || 1), { loaded, total });
    });
    if (typeof monitor === "function") Reflect.apply(monitor, this, [target]);
  };
}

/** The tools that a session was given, traced as children of the prompt that calls them. */
function withTools(
  { tools }: Fields,
  asking: () => LiveSpan | undefined,
  findRecorder: FindRecorder,
): { tools?: readonly unknown[] } {
  if (!Array.isArray(tools)) return {};
  return {
    tools: tools.map((tool: unknown) => {
      if (!isRecord(tool)) return tool;
      const traced = Object.create(tool) as { readonly name?: unknown };
      const name = maybeText(traced.name) ?? "tool";
      const describeCall = ([inputs]: readonly unknown[]) => ({ inputs });
      traceMethod(traced, "execute", { name, spanType: SpanType.TOOL, describeCall }, findRecorder);
      replaceMethod(traced, "execute", (execute) => (...args) => {
        const call = () => execute(...args);
        const span = asking();
        return span ? span.run(call) : call();
      });
      return traced;
    }),
  };
}
