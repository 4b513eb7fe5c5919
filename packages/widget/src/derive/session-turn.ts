import { describeSpan } from "@spanbook/core/model";
import type { SessionTurn } from "../state/session-state.js";
import { maybeChat, type ChatMessage } from "./chat.js";
import { isFields } from "./fields.js";

/** What one trace adds to a conversation. */
export interface ReadTurn {
  readonly turn: SessionTurn;
  /** Without what was said before. */
  readonly messages: readonly ChatMessage[];
}

/**
 * The messages of a session's traces in order. Every turn sends the model the whole conversation again; only what is new is kept.
 * Inputs and outputs that are not messages are read as what the user and the assistant said.
 */
export function toReadTurns(turns: readonly SessionTurn[]): readonly ReadTurn[] {
  const said: string[] = [];
  return turns.map((turn) => {
    const { inputs, outputs } = toSides(turn);
    const asked = toMessages(inputs, "user");
    const texts = asked.map(toKey);
    const repeated = countRepeated(texts, said);
    const messages = [...asked.slice(repeated), ...toMessages(outputs, "assistant")];
    said.push(...messages.map(toKey));
    return { turn, messages };
  });
}

function toSides({ info, root }: SessionTurn): { readonly inputs: unknown; readonly outputs: unknown } {
  const { inputs, outputs } = root ? describeSpan(root) : {};
  return { inputs: inputs ?? info.requestPreview, outputs: outputs ?? info.responsePreview };
}

function toMessages(value: unknown, role: string): readonly ChatMessage[] {
  if (value === undefined || value === null) return [];
  const chat = maybeChat(value);
  if (chat) return chat.messages;
  const said = maybeOnly(value);
  return [
    {
      role,
      parts: [typeof said === "string" ? { kind: "text", text: said } : { kind: "other", value: said }],
    },
  ];
}

/** The single text in an object with one field, such as the arguments of a function with one parameter. */
function maybeOnly(value: unknown): unknown {
  if (!isFields(value)) return value;
  const [only, ...others] = Object.values(value);
  return typeof only === "string" && others.length === 0 ? only : value;
}

/**
 * How many messages at the start of `asked` were said already, in the same order, at the end or the start of it. Never the last,
 * which is what the turn is about, even if the same was asked before.
 */
function countRepeated(asked: readonly string[], said: readonly string[]): number {
  let count = 0;
  for (const text of said) if (count < asked.length - 1 && text === asked[count]) count++;
  return count;
}

function toKey({ role, parts }: ChatMessage): string {
  return JSON.stringify([role, parts]);
}
