import { MlflowKey } from "../model/dialects/mlflow.js";
import { maybeText, textOf, toRecord, unwrapJson, type Fields } from "../model/json.js";
import { withoutUndefined } from "../model/objects.js";
import { SpanType } from "../model/span.js";
import { toTokenUsage } from "./model-call.js";

/** A span of OpenAI's Agents SDK, as its trace processors see it. */
export interface AgentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  readonly spanData: { readonly type: string } & Fields;
  readonly error: { readonly message: string; readonly data?: Fields } | null;
}

interface Description {
  readonly name: string;
  readonly spanType: string;
  readonly inputs?: unknown;
  readonly outputs?: unknown;
  readonly attributes?: Fields;
  /** For a model's call, once it is known what was asked. */
  readonly answer?: { readonly asked: unknown; readonly said: unknown } | undefined;
}

/** What a span says so far: while it is open, the SDK is still filling in its data. */
export function describeAgentSpan(data: AgentSpan["spanData"]): Description {
  const name = maybeText(data["name"]) ?? data.type;
  switch (data.type) {
    case "agent":
      return { name, spanType: SpanType.AGENT, attributes: listsOf(data, "tools", "handoffs") };
    case "turn":
      return { name: `turn ${String(data["turn"])}`, spanType: SpanType.CHAIN };
    case "function":
      return {
        name,
        spanType: SpanType.TOOL,
        inputs: unwrapJson(filled(data["input"])),
        outputs: unwrapJson(filled(data["output"])),
      };
    case "response":
      return describeResponse(data);
    case "generation":
      return describeGeneration(data);
    case "handoff":
      return describeHandoff(data);
    case "guardrail":
      return { name, spanType: SpanType.GUARDRAIL, outputs: { triggered: data["triggered"] } };
    case "mcp_tools":
      return {
        name: "list MCP tools",
        spanType: SpanType.TOOL,
        inputs: data["server"],
        outputs: data["result"],
      };
    case "transcription":
      return { name, spanType: SpanType.LLM, outputs: data["output"], attributes: modelOf(data["model"]) };
    case "speech":
      return { name, spanType: SpanType.LLM, inputs: data["input"], attributes: modelOf(data["model"]) };
    default:
      return { name, spanType: SpanType.CHAIN, inputs: data["data"] ?? data["input"] };
  }
}

function describeHandoff({ from_agent: from, to_agent: to }: Fields): Description {
  return {
    name: typeof to === "string" ? `handoff to ${to}` : "handoff",
    spanType: SpanType.CHAIN,
    inputs: withoutUndefined({ from_agent: from }),
    outputs: typeof to === "string" ? { to_agent: to } : undefined,
  };
}

/** A call of OpenAI's Responses API. */
function describeResponse({ _input: input, _response: response }: Fields): Description {
  const asked = Array.isArray(input) ? input.map(toResponseItem) : input;
  const { instructions, tools, ...answer } = toRecord(response);
  const inputs = {
    instructions: instructions ?? undefined,
    input: asked,
    tools: Array.isArray(tools) && tools.length > 0 ? tools : undefined,
  };
  return {
    name: "response",
    spanType: SpanType.CHAT_MODEL,
    inputs: asked === undefined ? undefined : withoutUndefined(inputs),
    ...(response !== undefined && { outputs: answer }),
    answer: asked === undefined ? undefined : { asked, said: answer["output"] },
    attributes: { ...modelOf(answer["model"]), [MlflowKey.tokenUsage]: toTokenUsage(answer["usage"]) },
  };
}

/** A call of the Chat Completions API, or of another provider's model. */
function describeGeneration({ input, output, model, model_config, usage }: Fields): Description {
  const { base_url: _endpoint, ...settings } = toRecord(model_config);
  const answers = Array.isArray(output) ? (output as unknown[]) : [];
  const answer = answers.length === 1 ? answers[0] : output;
  const answerFields = toRecord(answer);
  return {
    name: "generation",
    spanType: SpanType.CHAT_MODEL,
    inputs: input === undefined ? undefined : withoutUndefined({ messages: input, ...settings }),
    outputs: answer,
    answer: input === undefined ? undefined : { asked: input, said: answer },
    attributes: {
      ...modelOf(textOf(answerFields, "model") ?? model),
      [MlflowKey.tokenUsage]: toTokenUsage(answerFields["usage"] ?? usage),
    },
  };
}

/** An item of the SDK's own protocol, in the shape of OpenAI's Responses API. */
function toResponseItem(item: unknown): unknown {
  const { type, callId, output, providerData: _repeated, ...rest } = toRecord(item);
  if (type === "function_call") return { type, call_id: callId, ...rest };
  if (type !== "function_call_result") return item;
  return {
    type: "function_call_output",
    call_id: callId,
    output: textOf(toRecord(output), "text") ?? output,
  };
}

function modelOf(model: unknown): Fields {
  return { [MlflowKey.model]: maybeText(model) };
}

function listsOf(data: Fields, ...keys: readonly string[]): Fields {
  const lists = keys.map((key) => [`agent.${key}`, data[key]] as const);
  return Object.fromEntries(lists.filter(([, list]) => Array.isArray(list) && list.length > 0));
}

/** The SDK uses an empty text for a missing value, as before the end. */
function filled(text: unknown): unknown {
  return text === "" ? undefined : text;
}
