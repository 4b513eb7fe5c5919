import { contentText, countTokens, idOf, planAnswer, toPieces } from "./script.js";
import type { Answer, Body, ServerEvent } from "./server.js";

/** POST /v1/messages, plain and streamed. */
export function anthropicMessages(body: Body): Answer {
  const messages = body["messages"] as Body[];
  const results = messages.flatMap(({ content }) =>
    Array.isArray(content) ? (content as Body[]).filter(({ type }) => type === "tool_result") : [],
  );
  const questions = messages.map(({ role, content }) =>
    role !== "user" ? "" : typeof content === "string" ? content : textOfBlocks(content),
  );
  const tools = (body["tools"] ?? []) as { name: string }[];
  const { output_config: output } = body as { output_config?: { format?: { type: string } } };
  const plan = planAnswer(questions.findLast((question) => question !== "") ?? "", {
    results: results.map(({ content }) => contentText(content)),
    tool: tools[0]?.name,
    wantsJson: output?.format?.type === "json_schema",
  });
  if (plan.kind === "fail") return anthropicError(plan.status);
  const text = plan.kind === "say" ? plan.text : "";
  const content =
    plan.kind === "call"
      ? plan.calls.map(({ id, name, arguments: input }) => ({ type: "tool_use" as const, id, name, input }))
      : [{ type: "text" as const, text }];
  const usage = {
    input_tokens: countTokens(questions.join(" ")),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 3,
    output_tokens: countTokens(text) + 1,
  };
  const stop = plan.kind === "call" ? "tool_use" : "end_turn";
  const message = {
    id: idOf("msg", body),
    type: "message",
    role: "assistant",
    model: body["model"],
    content,
    stop_reason: stop,
    stop_sequence: null,
    usage,
  };
  if (body["stream"] !== true) return { document: message };
  const events = [
    {
      type: "message_start",
      message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
    },
    ...content.flatMap(streamedBlock),
    { type: "message_delta", delta: { stop_reason: stop, stop_sequence: null }, usage },
    { type: "message_stop" },
  ].map((data): ServerEvent => ({ event: data.type, data }));
  return plan.kind === "say" && plan.isCut ? { events: events.slice(0, 4), isCut: true } : { events };
}

type Block =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: object };

function streamedBlock(block: Block, index: number) {
  const empty = block.type === "text" ? { ...block, text: "" } : { ...block, input: {} };
  const deltas =
    block.type === "text"
      ? toPieces(block.text).map((text) => ({ type: "text_delta", text }))
      : [{ type: "input_json_delta", partial_json: JSON.stringify(block.input) }];
  return [
    { type: "content_block_start", index, content_block: empty },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

function textOfBlocks(content: unknown): string {
  return contentText((content as Body[]).filter(({ type }) => type === "text"));
}

function anthropicError(status: number): Answer {
  const types: Record<number, string> = { 401: "authentication_error", 429: "rate_limit_error" };
  const type = types[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
  return {
    status,
    headers: { "x-should-retry": "false" },
    document: {
      type: "error",
      error: { type, message: `the model refused with ${status}` },
      request_id: "req_1",
    },
  };
}
