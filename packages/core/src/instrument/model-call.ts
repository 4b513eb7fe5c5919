import { MlflowKey } from "../model/dialects/mlflow.js";
import { firstOf, toRecord } from "../model/json.js";
import { withoutUndefined } from "../model/objects.js";
import { chunkEventName } from "../record/chunk-events.js";
import type { LiveSpan } from "../record/live-span.js";

/**
 * The attribute for the delay of a stream's first chunk, in seconds. Source: OpenTelemetry's semantic conventions for
 * GenAI.
 */
export const timeToFirstChunkKey = "gen_ai.response.time_to_first_chunk";
/** The attribute for how fast a model in this process or page generates after its first token. */
export const tokensPerSecondKey = "spanbook.tokens_per_second";

/** Sets on the span of a model call what its outputs say: the model that answered, its tokens, the delay of its stream. */
export function describeModelCall(span: LiveSpan, outputs: unknown): void {
  const { model, usage } = toRecord(outputs);
  if (typeof model === "string") span.setAttribute(MlflowKey.model, model);
  span.setAttribute(MlflowKey.tokenUsage, toTokenUsage(usage));
  setTimeToFirstChunk(span);
}

/** Sets the delay of a stream on its span, if its first element was recorded as an event. */
export function setTimeToFirstChunk(span: LiveSpan): void {
  const first = span.events.find(({ name }) => name === chunkEventName(0));
  if (!first) return;
  const delayNs = first.timestamp - BigInt(span.startTimeUnixNano);
  span.setAttribute(timeToFirstChunkKey, Number(delayNs) / 1e9);
}

/** Token counts under MLflow's names, from those of OpenAI (chat and responses), Anthropic, the Vercel AI SDK or LangChain. */
export function toTokenUsage(usage: unknown): Record<string, number> | undefined {
  const input = count(usage, "input_tokens", "prompt_tokens", "inputTokens", "promptTokens", "tokens");
  const output = count(usage, "output_tokens", "completion_tokens", "outputTokens", "completionTokens");
  if (input === undefined && output === undefined) return undefined;
  const details = firstOf(
    toRecord(usage),
    "input_tokens_details",
    "prompt_tokens_details",
    "input_token_details",
    "inputTokenDetails",
  );
  const tokens: Record<string, number | undefined> = {
    input_tokens: input ?? 0,
    output_tokens: output ?? 0,
    total_tokens: count(usage, "total_tokens", "totalTokens") ?? (input ?? 0) + (output ?? 0),
    cache_read_input_tokens:
      count(details, "cached_tokens", "cacheReadTokens", "cache_read") ??
      count(usage, "cache_read_input_tokens"),
    cache_creation_input_tokens:
      count(details, "cacheWriteTokens", "cache_creation") ?? count(usage, "cache_creation_input_tokens"),
  };
  return withoutUndefined(tokens) as Record<string, number>;
}

function count(fields: unknown, ...names: readonly string[]): number | undefined {
  const value = firstOf(toRecord(fields), ...names);
  return typeof value === "number" ? value : undefined;
}
