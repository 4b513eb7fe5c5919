import { parseJson } from "../json.js";
import { isRecord, withoutUndefined } from "../objects.js";
import type { Value } from "../values.js";
import type { Dialect } from "./dialect.js";

/** MLflow's attribute keys, which are also ours. Source: mlflow/tracing/constant.py */
export const MlflowKey = {
  spanType: "mlflow.spanType",
  logLevel: "mlflow.spanLogLevel",
  inputs: "mlflow.spanInputs",
  outputs: "mlflow.spanOutputs",
  functionName: "mlflow.spanFunctionName",
  experimentId: "mlflow.experimentId",
  runId: "mlflow.sourceRun",
  tokenUsage: "mlflow.chat.tokenUsage",
  cost: "mlflow.llm.cost",
  model: "mlflow.llm.model",
  provider: "mlflow.llm.provider",
  sessionId: "session.id",
  userId: "user.id",
} as const;

/** Trace metadata keys. Source: mlflow/tracing/constant.py */
export const MlflowMetadataKey = {
  sessionId: "mlflow.trace.session",
  userId: "mlflow.trace.user",
  runId: "mlflow.sourceRun",
  runName: "mlflow.runName",
  modelId: "mlflow.modelId",
  tokenUsage: "mlflow.trace.tokenUsage",
  cost: "mlflow.trace.cost",
} as const;

export const mlflowDialect: Dialect = {
  type: (attributes) => toText(attributes[MlflowKey.spanType]),
  inputs: (attributes) => decodeJson(attributes[MlflowKey.inputs]),
  outputs: (attributes) => decodeJson(attributes[MlflowKey.outputs]),
  model: (attributes) => toText(attributes[MlflowKey.model]),
  provider: (attributes) => toText(attributes[MlflowKey.provider]),
  sessionId: (attributes) => toText(attributes[MlflowKey.sessionId]),
  userId: (attributes) => toText(attributes[MlflowKey.userId]),
  experimentId: (attributes) => toText(attributes[MlflowKey.experimentId]),
  runId: (attributes) => toText(attributes[MlflowKey.runId]),
  usage(attributes) {
    const usage = decodeJson(attributes[MlflowKey.tokenUsage]);
    if (!isRecord(usage)) return undefined;
    const inputTokens = toCount(usage["input_tokens"]) ?? 0;
    const outputTokens = toCount(usage["output_tokens"]) ?? 0;
    return withoutUndefined({
      inputTokens,
      outputTokens,
      totalTokens: toCount(usage["total_tokens"]) ?? inputTokens + outputTokens,
      cacheReadInputTokens: toCount(usage["cache_read_input_tokens"]),
      cacheCreationInputTokens: toCount(usage["cache_creation_input_tokens"]),
    });
  },
  cost(attributes) {
    const cost = decodeJson(attributes[MlflowKey.cost]);
    if (!isRecord(cost)) return undefined;
    const inputCost = toCount(cost["input_cost"]) ?? 0;
    const outputCost = toCount(cost["output_cost"]) ?? 0;
    return { inputCost, outputCost, totalCost: toCount(cost["total_cost"]) ?? inputCost + outputCost };
  },
};

/** MLflow writes values as JSON text, but some writers leave them as they are: text that is not JSON stands for itself. */
export function decodeJson(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return parseJson(value);
  } catch {
    return value;
  }
}

function toText(value: Value | undefined): string | undefined {
  const decoded = typeof value === "string" && !value.startsWith('"') ? value : decodeJson(value);
  if (typeof decoded === "string") return decoded;
  return typeof decoded === "number" ? String(decoded) : undefined;
}

function toCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}
