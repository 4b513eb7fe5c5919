import { isPlainObject, isRecord, withoutUndefined } from "../model/objects.js";

/** What a prompt template produces: messages, or a text. */
interface Prompt {
  readonly messages?: readonly unknown[];
  readonly value?: unknown;
}

/** The part of LangChain's messages that is recorded. */
interface Message {
  getType(): string;
  readonly content: unknown;
  readonly name?: string;
  readonly tool_calls?: readonly unknown[];
  readonly tool_call_id?: string;
}

const roles: Readonly<Record<string, string>> = { human: "user", ai: "assistant" };
/** Graphs keep their messages near the top of the state they pass on. */
const maxDepth = 4;

/** Turns LangChain's messages, anywhere in lists and plain objects, into role and content; all else stays as it is. */
export function toPlainMessages(value: unknown, depth = 0): unknown {
  if (isMessage(value)) return toPlainMessage(value);
  if (isPrompt(value)) return toPlainPrompt(value, depth);
  if (depth === maxDepth) return value;
  if (Array.isArray(value)) return value.map((item) => toPlainMessages(item, depth + 1));
  if (!isRecord(value) || !isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, toPlainMessages(item, depth + 1)]),
  );
}

function toPlainMessage(message: Message) {
  const type = message.getType();
  const { content, name, tool_calls: calls, tool_call_id } = message;
  return withoutUndefined({
    role: roles[type] ?? type,
    name,
    content,
    tool_calls: calls && calls.length > 0 ? calls : undefined,
    tool_call_id,
  });
}

function toPlainPrompt({ messages, value }: Prompt, depth: number): unknown {
  return messages ? { messages: toPlainMessages(messages, depth) } : value;
}

function isPrompt(value: unknown): value is Prompt {
  return isRecord(value) && typeof value["toChatMessages"] === "function";
}

function isMessage(value: unknown): value is Message {
  return isRecord(value) && "content" in value && typeof value["getType"] === "function";
}
