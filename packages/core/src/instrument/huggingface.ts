/**
 * Pipelines of @huggingface/transformers, whose models run in this process or page. A pipeline is a function that calls
 * its own `_call`, and that is what is wrapped. Results carry no counts, so tokens are counted as the model passes them
 * to a streamer.
 */
import { MlflowKey } from "../model/dialects/mlflow.js";
import { maybeText, toRecord, type Fields } from "../model/json.js";
import { isRecord } from "../model/objects.js";
import { SpanType } from "../model/span.js";
import { progressNotes, type NoteProgress } from "./progress.js";
import { recorderFinder, type AutoTracingOptions } from "./recording.js";
import { switchOn } from "./switches.js";
import { countTokens, type Streamer, type TokenCounter } from "./token-streamer.js";
import { traceMethod, type MethodCall } from "./traced-method.js";

type Load = (task: never, model?: never, options?: never) => PromiseLike<object>;

const provider = { [MlflowKey.provider]: "huggingface" };

/**
 * Traces the calls of a pipeline from now on and returns it. Text generation records its tokens, tokens per second, and what a
 * `TextStreamer` was given, with the delay of the first part; for vectors, images and sounds only the sizes are recorded.
 */
export function tracedPipeline<Pipeline extends object>(
  pipeline: Pipeline,
  options: AutoTracingOptions = {},
): Pipeline {
  return traceCalls(pipeline, undefined, options);
}

/**
 * The function `pipeline`, traced: loading a model is a span, with the calls of its `progress_callback` as events (without one
 * the library reports nothing, and makes fewer requests), and the pipelines that it returns are traced. Pass the module's
 * function, and call the result.
 */
export function tracedPipelineLoader<Loader extends Load>(
  load: Loader,
  options: AutoTracingOptions = {},
): Loader {
  const findRecorder = recorderFinder(options);
  const traced = {
    async load(...args: readonly unknown[]) {
      const pipeline = await (load as unknown as (...given: readonly unknown[]) => PromiseLike<object>)(
        ...args,
      );
      return traceCalls(pipeline, maybeText(args[1]), options);
    },
  };
  const describeCall = ([task, model, given]: readonly unknown[]): MethodCall => {
    const fields = toRecord(given);
    const { progress_callback: tell, ...others } = fields;
    return {
      inputs: { task, model, ...others },
      attributes: { ...provider, [MlflowKey.model]: maybeText(model) },
      describe: () => undefined,
      prepare(span) {
        if (typeof tell !== "function") return undefined;
        const note = progressNotes(span);
        const progress_callback = (info: unknown) => {
          noteLoading(note, toRecord(info));
          (tell as (info: unknown) => void)(info);
        };
        return [task, model, { ...fields, progress_callback }];
      },
    };
  };
  const name = "transformers.load";
  traceMethod(traced, "load", { name, spanType: SpanType.UNKNOWN, describeCall }, findRecorder);
  return traced.load as unknown as Loader;
}

function traceCalls<Pipeline extends object>(
  pipeline: Pipeline,
  knownModel: string | undefined,
  options: AutoTracingOptions,
): Pipeline {
  const { task: asked, model } = pipeline as { task?: unknown; model?: { config?: unknown } };
  const task = maybeText(asked) ?? "pipeline";
  const attributes = {
    ...provider,
    [MlflowKey.model]: knownModel ?? maybeText(toRecord(model?.config)["_name_or_path"]),
  };

  const describeCall = ([asked, given]: readonly unknown[]): MethodCall => {
    const { streamer, ...others } = toRecord(given);
    const isConversation = isChat(asked);
    return {
      inputs: { [isConversation ? "messages" : "inputs"]: toShown(asked), ...others },
      attributes,
      describe: (_span, outputs) => toShown(outputs),
      ...(task === "text-generation" && generation(asked, toRecord(given), isConversation)),
    };
  };
  const spanType = task === "feature-extraction" ? SpanType.EMBEDDING : SpanType.LLM;
  const trace = { name: `transformers.${task}`, spanType, isExpected: true, describeCall };
  return switchOn(pipeline, () =>
    [traceMethod(pipeline, "_call", trace, recorderFinder(options)) ?? []].flat(),
  );
}

/** How a call that generates text is followed: our streamer sees its tokens and passes them on to the caller's, if any. */
function generation(asked: unknown, given: Fields, isConversation: boolean): Partial<MethodCall> {
  let counter: TokenCounter | undefined;
  return {
    prepare(span) {
      if (isConversation) span.setSpanType(SpanType.CHAT_MODEL);
      counter = countTokens(span, given["streamer"] as Streamer | undefined);
      return [asked, { ...given, streamer: counter.streamer }];
    },
    describe(span, outputs) {
      counter?.describe(span);
      return isConversation ? toAnswers(outputs) : outputs;
    },
  };
}

function isChat(asked: unknown): boolean {
  return Array.isArray(asked) && asked.every((message) => isRecord(message) && "role" in message);
}

/** Only the answers of conversations, which the library returns whole. */
function toAnswers(outputs: unknown): unknown {
  const answers = Array.isArray(outputs)
    ? outputs.map((output) => {
        const { generated_text: messages } = toRecord(output);
        return Array.isArray(messages) ? (messages.at(-1) as unknown) : output;
      })
    : [outputs];
  return answers.length === 1 ? answers[0] : answers;
}

/** Notes the total progress, which the library reports from version 4 on, and each file that is done. */
function noteLoading(note: NoteProgress, { status, file, progress, loaded, total }: Fields): void {
  if (status === "progress_total" && typeof progress === "number") {
    note("model", progress / 100, { loaded, total });
  } else if (status === "done") note(String(file), 1, { file });
}

/** The value without the numbers of vectors, images and sounds. */
function toShown(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return { sizeBytes: value.byteLength };
  if (Array.isArray(value)) return value.map(toShown);
  if (!isRecord(value)) return value;
  const { dims, type, width, height, channels } = value;
  if (Array.isArray(dims)) return { dims: [...(dims as unknown[])], type };
  if (typeof width === "number" && "data" in value) return { width, height, channels };
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, toShown(field)]));
}
