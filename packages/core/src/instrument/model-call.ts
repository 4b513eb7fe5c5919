import { MlflowKey } from "../model/dialects/mlflow.js";
import { isRecord, toRecord } from "../model/json.js";
import { withoutUndefined } from "../model/objects.js";
import type { LiveSpan } from "../record/live-span.js";

/** The attribute of a stream's delay; seconds. Source: OpenTelemetry's semantic conventions for GenAI. */
const timeToFirstChunkKey = "gen_ai.response.time_to_first_chunk";

/** Puts on the span of a model call what its outputs tell: the model that answered, its tokens, the delay of its stream. */
export function describeModelCall(span: LiveSpan, outputs: unknown): void {
  const { model, usage } = toRecord(outputs);
  if (typeof model === "string") span.setAttribute(MlflowKey.model, model);
  const tokens = isRecord(usage) ? toTokenUsage(usage) : undefined;
  if (tokens) span.setAttribute(MlflowKey.tokenUsage, tokens);
  const [first] = span.events.filter(({ name }) => name === "mlflow.chunk.item.0");
  if (first) {
    const delayNs = first.timestamp - BigInt(span.startTimeUnixNano);
    span.setAttribute(timeToFirstChunkKey, Number(delayNs) / 1e9);
  }
}

/** Token counts under MLflow's names, from OpenAI's (chat and responses) or Anthropic's. */
function toTokenUsage(usage: Readonly<Record<string, unknown>>): Record<string, number> | undefined {
  const count = (fields: unknown, ...names: string[]): number | undefined => {
    const found = names.map((name) => toRecord(fields)[name]).find((value) => typeof value === "number");
    return found as number | undefined;
  };
  const input = count(usage, "input_tokens", "prompt_tokens");
  const output = count(usage, "output_tokens", "completion_tokens");
  if (input === undefined && output === undefined) return undefined;
  const details = usage["input_tokens_details"] ?? usage["prompt_tokens_details"];
  return withoutUndefined({
    input_tokens: input ?? 0,
    output_tokens: output ?? 0,
    total_tokens: count(usage, "total_tokens") ?? (input ?? 0) + (output ?? 0),
    cache_read_input_tokens: count(details, "cached_tokens") ?? count(usage, "cache_read_input_tokens"),
    cache_creation_input_tokens: count(usage, "cache_creation_input_tokens"),
  }) as Record<string, number>;
}
