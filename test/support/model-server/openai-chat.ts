import { contentText, countTokens, idOf, planAnswer, toPieces, type PlannedCall } from "./script.js";
import type { Answer, Body, ServerEvent } from "./server.js";

/** POST /v1/chat/completions, plain and streamed. */
export function openaiChat(body: Body): Answer {
  const messages = body["messages"] as Body[];
  const question = contentText(messages.findLast(({ role }) => role === "user")?.["content"]);
  const tools = (body["tools"] ?? []) as { function?: { name: string } }[];
  const plan = planAnswer(question, {
    results: messages.filter(({ role }) => role === "tool").map(({ content }) => contentText(content)),
    tool: tools[0]?.function?.name,
    wantsJson: body["response_format"] !== undefined,
  });
  if (plan.kind === "fail") return openaiError(plan.status);
  const text = plan.kind === "say" ? plan.text : "";
  const prompt = countTokens(messages.map(({ content }) => contentText(content)).join(" "));
  const usage = {
    prompt_tokens: prompt,
    completion_tokens: countTokens(text) + 1,
    total_tokens: prompt + countTokens(text) + 1,
    prompt_tokens_details: { cached_tokens: 2 },
  };
  const head = {
    id: idOf("chatcmpl", body),
    created: 1760000000,
    model: `${String(body["model"])}-2025-08-07`,
  };
  const finish = plan.kind === "call" ? "tool_calls" : "stop";
  if (body["stream"] !== true) {
    const message = {
      role: "assistant",
      content: plan.kind === "call" ? null : text,
      refusal: null,
      ...(plan.kind === "call" && { tool_calls: plan.calls.map(toToolCall) }),
    };
    const choices = [{ index: 0, message, logprobs: null, finish_reason: finish }];
    return { document: { ...head, object: "chat.completion", choices, usage } };
  }
  const chunk = (delta: object, finishReason: string | null = null): ServerEvent => ({
    data: {
      ...head,
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    },
  });
  const said =
    plan.kind === "call"
      ? plan.calls.flatMap((call, index) => streamedCall(call, index).map((delta) => chunk(delta)))
      : toPieces(text).map((content) => chunk({ content }));
  const begun = [chunk({ role: "assistant", content: plan.kind === "call" ? null : "" }), ...said];
  if (plan.kind === "say" && plan.isCut) return { events: begun.slice(0, 3), isCut: true };
  const { include_usage: withUsage } = (body["stream_options"] ?? {}) as { include_usage?: boolean };
  const last = { data: { ...head, object: "chat.completion.chunk", choices: [], usage } };
  return { events: [...begun, chunk({}, finish), ...(withUsage ? [last] : []), { data: "[DONE]" }] };
}

export function openaiError(status: number): Answer {
  const types: Record<number, string> = { 401: "invalid_api_key", 429: "rate_limit_exceeded" };
  return {
    status,
    headers: { "x-should-retry": "false" },
    document: {
      error: {
        message: `the model refused with ${status}`,
        type: status < 500 ? "invalid_request_error" : "server_error",
        param: null,
        code: types[status] ?? null,
      },
    },
  };
}

function toToolCall({ id, name, arguments: args }: PlannedCall) {
  return { id, type: "function", function: { name, arguments: JSON.stringify(args) } };
}

/** The name comes with the first piece, the arguments in two. */
function streamedCall(call: PlannedCall, index: number): object[] {
  const { id, type, function: fn } = toToolCall(call);
  const half = fn.arguments.length >> 1;
  const piece = (fields: object) => ({ tool_calls: [{ index, ...fields }] });
  return [
    piece({ id, type, function: { name: fn.name, arguments: "" } }),
    piece({ function: { arguments: fn.arguments.slice(0, half) } }),
    piece({ function: { arguments: fn.arguments.slice(half) } }),
  ];
}
