import { toRecord, type Fields } from "../model/json.js";
import { isRecord } from "../model/objects.js";

type Draft = Record<string, unknown>;

/**
 * The chat completion that a stream's chunks tell, also where the stream broke off. Texts are joined, tool calls by their
 * index; what else a delta says (a role, an endpoint's own fields) is taken as the last chunk has it.
 * Source: OpenAI's API reference, "The chat completion chunk object".
 */
export function foldChatChunks(chunks: readonly unknown[]): unknown {
  let completion: Draft = {};
  const choices = new Map<unknown, Draft>();
  for (const chunk of chunks) {
    const { choices: pieces, object, usage, ...head } = toRecord(chunk);
    completion = { ...completion, ...head, ...(isRecord(usage) && { usage }) };
    if (object !== undefined) completion["object"] = "chat.completion";
    for (const piece of Array.isArray(pieces) ? pieces : []) {
      const { index, delta, ...others } = toRecord(piece);
      const choice = choices.get(index) ?? { index, message: {} };
      choices.set(index, choice);
      addDelta(choice["message"] as Draft, toRecord(delta));
      for (const [key, value] of Object.entries(others)) if (value !== null) choice[key] = value;
    }
  }
  return { ...completion, choices: [...choices.values()] };
}

function addDelta(message: Draft, delta: Fields): void {
  for (const [key, value] of Object.entries(delta)) {
    if (key === "tool_calls" && Array.isArray(value)) {
      const calls = (message[key] ??= []) as Draft[];
      for (const piece of value) addCall(calls, toRecord(piece));
    } else message[key] = join(message[key], value, key);
  }
}

function addCall(calls: Draft[], { index, ...piece }: Fields): void {
  const place = typeof index === "number" && index >= 0 && index <= calls.length ? index : calls.length;
  const call = (calls[place] ??= {});
  for (const [key, value] of Object.entries(piece)) {
    call[key] = isRecord(value) ? joinFields(toRecord(call[key]), value) : (value ?? call[key]);
  }
}

function joinFields(before: Fields, more: Fields): Fields {
  const joined: Draft = { ...before };
  for (const [key, value] of Object.entries(more)) joined[key] = join(joined[key], value, key);
  return joined;
}

function join(before: unknown, more: unknown, key: string): unknown {
  if (typeof before === "string" && typeof more === "string" && key !== "role") return before + more;
  return more ?? before ?? null;
}
