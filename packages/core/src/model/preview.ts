import { toJsonStart } from "./json-start.js";

/** MLflow cuts previews at 1,000 characters too. */
const maxLength = 1000;

/**
 * A line or two that stand for a span's inputs or outputs in a list: the last chat message of that role, a text as it
 * is, an object with a single value as that value, the answer of a crew (CrewAI), or anything else as JSON; at most
 * 1,000 characters.
 */
export function toPreview(value: unknown, role?: "user" | "assistant"): string | undefined {
  if (value === undefined) return undefined;
  const only = onlyValue(value);
  const { raw, tasks_output: tasks } = fieldsOf(value);
  if (typeof raw === "string" && Array.isArray(tasks)) return toPreview(raw);
  const said = role && (lastSaid(value, role) ?? lastSaid(only, role));
  const text = said ?? (typeof only === "string" ? only : toJsonStart(only, maxLength + 1));
  return text !== undefined && text.length > maxLength ? `${cut(text, maxLength - 1)}…` : text;
}

// The shapes in which models are asked and answer: messages, OpenAI's choices, the input and output of its Responses, Gemini's
// contents and candidates, Ollama's message; AutoGen's messages have a source, which is the user or an agent's name.
function lastSaid(value: unknown, role: string): string | undefined {
  const fields = fieldsOf(value);
  const { messages, choices, candidates, input, contents, output, message, role: ownRole } = fields;
  const one = fieldsOf(message)["role"] === undefined ? value : message;
  const list =
    [value, messages, choices, candidates, input, contents, output].find(Array.isArray) ??
    (ownRole === undefined && one === value ? [] : [one]);
  const said = list.map((item) => {
    const { message: inner, content } = fieldsOf(item);
    return fieldsOf(inner ?? (fieldsOf(content)["parts"] ? content : item));
  });
  const texts = said.flatMap((item) => (roleOf(item) === role ? (textIn(item) ?? []) : []));
  return texts.at(-1) ?? (role === "user" && "model" in fields ? questionOf(fields) : undefined);
}

/** A model may be asked in plain text. */
function questionOf({ input, contents }: Record<string, unknown>): string | undefined {
  return [input, contents].find((text) => typeof text === "string");
}

function roleOf({ role, source }: Record<string, unknown>): unknown {
  if (role === "model") return "assistant";
  if (role !== undefined || typeof source !== "string") return role;
  return source === "user" ? "user" : "assistant";
}

function textIn({ content, parts, refusal }: Record<string, unknown>): string | undefined {
  return contentText(content ?? parts ?? refusal);
}

/** The text of a message's content: as it is, or the texts of its parts. */
function contentText(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  const said = content.map(fieldsOf).filter(({ thought }) => thought !== true);
  const texts = said.map(({ text }) => text).filter((text) => typeof text === "string");
  return texts.length > 0 ? texts.join("\n") : undefined;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** At most that many code units, and never half a surrogate pair. */
function cut(text: string, length: number): string {
  return /[\ud800-\udbff]/.test(text.charAt(length - 1)) ? text.slice(0, length - 1) : text.slice(0, length);
}

function onlyValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const values: unknown[] = Object.values(value);
  return values.length === 1 ? values[0] : value;
}
