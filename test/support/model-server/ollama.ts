import { contentText, countTokens, planAnswer, toPieces } from "./script.js";
import type { Answer, Body } from "./server.js";

/** POST /api/chat and /api/generate, plain and as lines of JSON. */
export function ollamaAnswer(body: Body, path: string): Answer {
  const isChat = path.endsWith("chat");
  const messages = (body["messages"] ?? [{ role: "user", content: body["prompt"] }]) as Body[];
  const tools = (body["tools"] ?? []) as { function: { name: string } }[];
  const plan = planAnswer(contentText(messages.findLast(({ role }) => role === "user")?.["content"]), {
    results: messages.filter(({ role }) => role === "tool").map(({ content }) => contentText(content)),
    tool: tools[0]?.function.name,
    wantsJson: body["format"] !== undefined,
  });
  if (plan.kind === "fail") {
    return { status: plan.status, document: { error: `the model refused with ${plan.status}` } };
  }
  const text = plan.kind === "say" ? plan.text : "";
  const calls = plan.kind === "call" ? plan.calls : [];
  const head = { model: body["model"], created_at: "2025-10-09T08:53:20Z" };
  const answer = (content: string, toolCalls: typeof calls = []) => {
    const tool_calls = toolCalls.map(({ name, arguments: args }) => ({
      function: { name, arguments: args },
    }));
    const message = { role: "assistant", content, ...(tool_calls.length > 0 && { tool_calls }) };
    return isChat ? { message } : { response: content };
  };
  const end = {
    done: true,
    done_reason: "stop",
    prompt_eval_count: countTokens(messages.map(({ content }) => contentText(content)).join(" ")),
    eval_count: countTokens(text) + 1,
  };
  if (body["stream"] !== true) return { document: { ...head, ...answer(text, calls), ...end } };
  const said = calls.length > 0 ? [answer("", calls)] : toPieces(text).map((piece) => answer(piece));
  const lines = said.map((part) => ({ ...head, ...part, done: false }));
  if (plan.kind === "say" && plan.isCut) return { lines: lines.slice(0, 2), isCut: true };
  return { lines: [...lines, { ...head, ...answer(""), ...end }] };
}

/** POST /api/embed. */
export function ollamaEmbeddings(body: Body): Answer {
  const inputs = [body["input"]].flat() as string[];
  return {
    document: {
      model: body["model"],
      embeddings: inputs.map(() => [0.25, -0.5, 0.75, 1]),
      prompt_eval_count: countTokens(inputs.join(" ")),
    },
  };
}
