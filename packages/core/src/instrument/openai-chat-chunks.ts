import { maybeText, toRecord, type Fields } from "../model/json.js";
import { isRecord, setOwn } from "../model/objects.js";

type Draft = Record<string, unknown>;

/** Texts that each piece repeats; all others are continued. */
const labels = new Set(["format", "id", "index", "role", "type"]);

/**
 * Reassembles a chat or text completion from a stream's chunks, even if the stream broke off. Texts are joined, tool
 * calls by their index; for the other fields of a choice, the last chunk counts. Source: OpenAI's API reference, "The
 * chat completion chunk object".
 */
export function foldChatChunks(chunks: readonly unknown[]): unknown {
  let completion: Draft = {};
  const choices = new Map<unknown, Draft>();
  for (const chunk of chunks) {
    const { choices: pieces, object, usage, ...head } = toRecord(chunk);
    completion = { ...completion, ...head, ...(isRecord(usage) && { usage }) };
    if (object !== undefined) {
      completion["object"] = object === "chat.completion.chunk" ? "chat.completion" : object;
    }
    for (const piece of Array.isArray(pieces) ? pieces : []) {
      const { index, delta, text, logprobs, ...others } = toRecord(piece);
      const isText = typeof text === "string";
      const choice = choices.get(index) ?? { index, ...(isText ? { text: "" } : { message: {} }) };
      choices.set(index, choice);
      if (isText) choice["text"] = (maybeText(choice["text"]) ?? "") + text;
      else addFields(choice["message"] as Draft, toRecord(delta));
      if (isRecord(logprobs)) addFields((choice["logprobs"] ??= {}) as Draft, logprobs);
      for (const [key, value] of Object.entries(others)) if (value !== null) choice[key] = value;
    }
  }
  return { ...completion, choices: [...choices.values()].sort(byIndex).map(withWholeCalls) };
}

function withWholeCalls(choice: Draft): unknown {
  const { message } = choice;
  const { tool_calls: calls } = toRecord(message);
  if (!Array.isArray(calls)) return choice;
  const whole = calls.sort(byIndex).map((call) => {
    const { index: _place, ...fields } = toRecord(call);
    return fields;
  });
  return { ...choice, message: { ...toRecord(message), tool_calls: whole } };
}

function byIndex(one: unknown, other: unknown): number {
  return Number(toRecord(one)["index"]) - Number(toRecord(other)["index"]);
}

/** Adds to a copy of our own: the chunks belong to the program. */
function addFields(whole: Draft, more: Fields): void {
  for (const [key, value] of Object.entries(more)) {
    setOwn<unknown>(whole, key, join(Object.hasOwn(whole, key) ? whole[key] : undefined, value, key));
  }
}

function join(before: unknown, more: unknown, key: string): unknown {
  if (Array.isArray(more)) {
    const items = Array.isArray(before) ? (before as unknown[]) : [];
    for (const piece of more) addItem(items, piece);
    return items;
  }
  if (isRecord(more)) {
    const fields: Draft = isRecord(before) ? before : {};
    addFields(fields, more);
    return fields;
  }
  if (typeof before === "string" && typeof more === "string") {
    return labels.has(key) ? more || before : before + more;
  }
  return more ?? before ?? null;
}

/** Some endpoints give every tool call the same index, and an id of its own. */
function addItem(items: unknown[], piece: unknown): void {
  const { index, id } = toRecord(piece);
  const known = index === undefined ? undefined : items.findLast((item) => toRecord(item)["index"] === index);
  const { id: knownId = id } = toRecord(known);
  if (isRecord(known) && (!id || !knownId || id === knownId)) join(known, piece, "");
  else items.push(join(undefined, piece, ""));
}
