/** Engines of @mlc-ai/web-llm, whose models run on the page's GPU. They use OpenAI's shapes. */
import { MlflowKey } from "../model/dialects/mlflow.js";
import { toRecord } from "../model/json.js";
import { hasMethod } from "../model/objects.js";
import { SpanType } from "../model/span.js";
import type { LiveSpan } from "../record/live-span.js";
import { describeModelCall, timeToFirstChunkKey, tokensPerSecondKey } from "./model-call.js";
import { foldChatChunks } from "./openai-chat-chunks.js";
import { withDimensions } from "./openai-sizes.js";
import { progressNotes } from "./progress.js";
import { recorderFinder, type AutoTracingOptions } from "./recording.js";
import { switchOn } from "./switches.js";
import { traceMethod, type MethodTrace } from "./traced-method.js";
import { wrapRoutes, type Route } from "./traced-routes.js";

const provider = "web-llm";

const routes: readonly Route[] = [
  {
    path: "chat.completions.create",
    spanType: SpanType.CHAT_MODEL,
    isExpected: true,
    answerFields: ["choices"],
    outputReducer: foldChatChunks,
    describe,
  },
  { path: "completions.create", spanType: SpanType.LLM, describe },
  {
    path: "embeddings.create",
    spanType: SpanType.EMBEDDING,
    describe: (span, outputs) => withDimensions(describe(span, outputs)),
  },
];

interface Report {
  readonly progress: number;
  readonly timeElapsed: number;
  readonly text: string;
}
type Listener = (report: Report) => void;

/** The part needed of what engines in the page and in a worker have in common. */
interface Progress {
  getInitProgressCallback(): Listener | undefined;
  setInitProgressCallback(listener: Listener | undefined): void;
}

/**
 * Traces an engine from now on, in the page or in a worker, and returns it: chat completions, plain and streamed, completions,
 * embeddings, and `reload` with the progress of loading as events. To record the first load as well, make the engine with
 * `new MLCEngine()` and call `reload`, which is what `CreateMLCEngine` does.
 */
export function tracedWebLLM<Engine extends object>(
  engine: Engine,
  options: AutoTracingOptions = {},
): Engine {
  return switchOn(engine, () => {
    const undos = wrapRoutes(engine, { sdk: "web-llm", provider, routes }, options);
    const loading = hasMethod(engine, "setInitProgressCallback")
      ? watchLoading(engine as Engine & Progress)
      : undefined;
    const reload: MethodTrace = {
      name: "web-llm.reload",
      spanType: SpanType.UNKNOWN,
      isExpected: true,
      describeCall: ([model]) => ({
        inputs: { model },
        attributes: {
          [MlflowKey.provider]: provider,
          [MlflowKey.model]: typeof model === "string" ? model : undefined,
        },
        prepare: (span) => loading?.noteOn(span),
      }),
    };
    return [...undos, traceMethod(engine, "reload", reload, recorderFinder(options)), loading?.stop].filter(
      (undo) => undo !== undefined,
    );
  });
}

/** Receives an engine's progress reports before the program's own listener does. */
function watchLoading(engine: Progress) {
  const own = engine.getInitProgressCallback();
  let note: Listener = () => undefined;
  engine.setInitProgressCallback((report) => {
    note(report);
    own?.(report);
  });
  return {
    noteOn(span: LiveSpan): void {
      const noteProgress = progressNotes(span);
      note = ({ progress, timeElapsed, text }) =>
        noteProgress("model", progress, { progress, time_elapsed_s: timeElapsed, text });
    },
    stop: () => engine.setInitProgressCallback(own),
  };
}

/** Times and rates come with the tokens. Source: web-llm, src/openai_api_protocols/chat_completion.ts, "CompletionUsage" */
function describe(span: LiveSpan, outputs: unknown): unknown {
  describeModelCall(span, outputs);
  const { decode_tokens_per_s: rate, time_to_first_token_s: delay } = toRecord(
    toRecord(toRecord(outputs)["usage"])["extra"],
  );
  span.setAttributes({ [tokensPerSecondKey]: rate, [timeToFirstChunkKey]: delay });
  return outputs;
}
