/**
 * Tools in the shape of OpenAI's chat completions, which other libraries' tools are recorded in too, because every
 * reader knows it.
 */
import type { Fields } from "../model/json.js";
import { withoutUndefined } from "../model/objects.js";

/** A tool call, as in the model's message. */
export function toToolCall(id: unknown, name: unknown, args: unknown): Fields {
  return { id, type: "function", function: { name, arguments: args } };
}

/** A tool that the model may call. `parameters` is a JSON schema. */
export function toTool({ name, description, parameters }: Fields): Fields {
  return { type: "function", function: withoutUndefined({ name, description, parameters }) };
}
