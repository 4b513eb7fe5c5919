import { maybeText, toRecord, type Fields } from "../model/json.js";
import { isRecord } from "../model/objects.js";

interface Place {
  /** The item's list of parts that it belongs to; without it, the text belongs to the item itself. */
  readonly list?: "content" | "summary";
  readonly partType?: string;
  readonly field: string;
}

/** Where the text of an event goes. */
const places: ReadonlyMap<unknown, Place> = new Map([
  ["response.output_text.delta", { list: "content", partType: "output_text", field: "text" }],
  ["response.refusal.delta", { list: "content", partType: "refusal", field: "refusal" }],
  ["response.reasoning_text.delta", { list: "content", partType: "reasoning_text", field: "text" }],
  ["response.reasoning_summary_text.delta", { list: "summary", partType: "summary_text", field: "text" }],
  ["response.function_call_arguments.delta", { field: "arguments" }],
  ["response.mcp_call_arguments.delta", { field: "arguments" }],
  ["response.custom_tool_call_input.delta", { field: "input" }],
  ["response.code_interpreter_call_code.delta", { field: "code" }],
]);

/**
 * Reassembles the response from a stream's events. The last event holds all of it; if the stream broke off, it is built
 * from what arrived. Source: OpenAI's API reference, "Streaming events" of responses.
 */
export function foldResponseEvents(events: readonly unknown[]): unknown {
  let response: Fields = {};
  const items: Fields[] = [];
  for (const event of events.map(toRecord)) {
    const { type, output_index: index, item } = event;
    if (isRecord(event["response"])) response = event["response"];
    if (typeof index !== "number" || index < 0 || index > items.length) continue;
    const place = places.get(type);
    if (isRecord(item)) items[index] = item;
    else if (place) items[index] = addText(toRecord(items[index]), event, place);
  }
  const { output } = response;
  return Array.isArray(output) && output.length >= items.length ? response : { ...response, output: items };
}

function addText(item: Fields, event: Fields, { list, partType, field }: Place): Fields {
  if (list === undefined) return { ...item, [field]: join(item[field], event["delta"]) };
  const parts = Array.isArray(item[list]) ? [...(item[list] as unknown[])] : [];
  const index = event[list === "content" ? "content_index" : "summary_index"];
  const place = typeof index === "number" && index >= 0 && index <= parts.length ? index : 0;
  const part = toRecord(parts[place]);
  parts[place] = { type: partType, ...part, [field]: join(part[field], event["delta"]) };
  return { ...item, [list]: parts };
}

function join(before: unknown, more: unknown): string {
  return (maybeText(before) ?? "") + (maybeText(more) ?? "");
}
