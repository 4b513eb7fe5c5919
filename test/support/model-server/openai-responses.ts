import { openaiError } from "./openai-chat.js";
import { contentText, countTokens, idOf, planAnswer, toPieces } from "./script.js";
import type { Answer, Body, ServerEvent } from "./server.js";

/** POST /v1/responses, plain and streamed. */
export function openaiResponses(body: Body): Answer {
  const items =
    typeof body["input"] === "string"
      ? [{ role: "user", content: body["input"] }]
      : (body["input"] as Body[]);
  const question = contentText(items.findLast((item: Body) => item["role"] === "user")?.["content"]);
  const tools = (body["tools"] ?? []) as { name?: string }[];
  const format = (body["text"] as { format?: { type: string } } | undefined)?.format;
  const plan = planAnswer(question, {
    results: items
      .filter((item: Body) => item["type"] === "function_call_output")
      .map((item: Body) => contentText(item["output"])),
    tool: tools[0]?.name,
    wantsJson: format?.type === "json_schema",
  });
  if (plan.kind === "fail") return openaiError(plan.status);
  const text = plan.kind === "say" ? plan.text : "";
  const output =
    plan.kind === "call"
      ? plan.calls.map((call, index) => ({
          type: "function_call",
          id: `fc_${index + 1}`,
          call_id: call.id,
          name: call.name,
          arguments: JSON.stringify(call.arguments),
          status: "completed",
        }))
      : [
          {
            type: "message",
            id: idOf("msg", body),
            role: "assistant",
            status: "completed",
            content: [{ type: "output_text", text, annotations: [] }],
          },
        ];
  const inputTokens = countTokens(items.map((item: Body) => contentText(item["content"])).join(" "));
  const outputTokens = countTokens(text) + 1;
  const response = {
    id: idOf("resp", body),
    object: "response",
    created_at: 1760000000,
    status: "completed",
    error: null,
    incomplete_details: null,
    instructions: body["instructions"] ?? null,
    model: `${String(body["model"])}-2025-08-07`,
    output,
    parallel_tool_calls: true,
    tools: body["tools"] ?? [],
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: 1 },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens + outputTokens,
    },
  };
  if (body["stream"] !== true) return { document: response };
  const begun = { ...response, status: "in_progress", output: [], usage: null };
  const sent: StreamEvent[] = [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    ...output.flatMap((item, index) => streamedItem(item, index)),
    { type: "response.completed", response },
  ];
  const events = sent.map((data, number): ServerEvent => ({
    event: data.type,
    data: { ...data, sequence_number: number },
  }));
  return plan.kind === "say" && plan.isCut ? { events: events.slice(0, 6), isCut: true } : { events };
}

type StreamEvent = { readonly type: string } & Body;
type Item = { type: string; id: string; arguments?: string; content?: { text: string }[] };

function streamedItem(item: Item, output_index: number): StreamEvent[] {
  const place = { item_id: item.id, output_index };
  const added = {
    type: "response.output_item.added",
    output_index,
    item: { ...item, status: "in_progress" },
  };
  const done = { type: "response.output_item.done", output_index, item };
  if (item.type === "function_call") {
    const { arguments: args = "" } = item;
    return [
      { ...added, item: { ...added.item, arguments: "" } },
      { type: "response.function_call_arguments.delta", ...place, delta: args },
      { type: "response.function_call_arguments.done", ...place, arguments: args },
      done,
    ];
  }
  const text = item.content?.[0]?.text ?? "";
  const part = { type: "output_text", text: "", annotations: [] };
  return [
    { ...added, item: { ...added.item, content: [] } },
    { type: "response.content_part.added", ...place, content_index: 0, part },
    ...toPieces(text).map((delta) => ({
      type: "response.output_text.delta",
      ...place,
      content_index: 0,
      delta,
      logprobs: [],
    })),
    { type: "response.output_text.done", ...place, content_index: 0, text, logprobs: [] },
    { type: "response.content_part.done", ...place, content_index: 0, part: { ...part, text } },
    done,
  ];
}
