import { mlflowDialect, MlflowKey } from "../model/dialects/mlflow.js";
import { describeCall } from "../model/digest-span.js";
import type { Span } from "../model/span.js";
import type { TokenUsage } from "../model/trace.js";

/** What a model costs, in US dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Default: the same as `input`. */
  readonly cacheRead?: number;
  readonly cacheCreation?: number;
}

/** Prices by model, or by provider and model as in "openai/gpt-5". There are no default prices. */
export type Prices = Readonly<Record<string, Price>>;

/** Adds what a model call cost, if the span states its tokens and a model that has a price, and no cost of its own. */
export function withCost(span: Span, prices: Prices | undefined): Span {
  if (!prices) return span;
  const { usage, cost, model = "", provider = "" } = describeCall(span, [mlflowDialect]);
  const name = [`${provider}/${model}`, model, model.slice(model.indexOf("/") + 1)].find((key) =>
    Object.hasOwn(prices, key),
  );
  const price = name === undefined ? undefined : prices[name];
  if (!price || !usage || cost) return span;
  const text = JSON.stringify(costOf(usage, price));
  return { ...span, attributes: { ...span.attributes, [MlflowKey.cost]: text } };
}

// Tokens read from a cache or written to it are part of the input tokens. Source: mlflow, core/utils/model_pricing.ts
function costOf(usage: TokenUsage, { input, output, cacheRead = input, cacheCreation = input }: Price) {
  const { inputTokens, outputTokens, cacheReadInputTokens = 0, cacheCreationInputTokens = 0 } = usage;
  const plainTokens = Math.max(0, inputTokens - cacheReadInputTokens - cacheCreationInputTokens);
  const inputCost =
    (plainTokens * input + cacheReadInputTokens * cacheRead + cacheCreationInputTokens * cacheCreation) / 1e6;
  const outputCost = (outputTokens * output) / 1e6;
  return { input_cost: inputCost, output_cost: outputCost, total_cost: inputCost + outputCost };
}
