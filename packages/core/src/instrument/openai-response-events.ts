import { maybeText, toRecord, type Fields } from "../model/json.js";
import { isRecord } from "../model/objects.js";

/**
 * The response that a stream's events tell. Its last event holds it whole; of a stream that broke off it is put together
 * from what came. Source: OpenAI's API reference, "Streaming events" of responses.
 */
export function foldResponseEvents(events: readonly unknown[]): unknown {
  let response: Fields = {};
  const items: Fields[] = [];
  for (const event of events.map(toRecord)) {
    const { type, output_index: index, item, delta } = event;
    if (isRecord(event["response"])) response = event["response"];
    if (typeof index !== "number" || index < 0 || index > items.length) continue;
    if (isRecord(item)) items[index] = item;
    else if (type === "response.output_text.delta") items[index] = addText(items[index], delta);
    else if (type === "response.function_call_arguments.delta") {
      const { arguments: before } = toRecord(items[index]);
      items[index] = { ...items[index], arguments: (maybeText(before) ?? "") + (maybeText(delta) ?? "") };
    }
  }
  const { output } = response;
  return Array.isArray(output) && output.length >= items.length ? response : { ...response, output: items };
}

function addText(item: Fields | undefined, delta: unknown): Fields {
  const [first, ...others] = Array.isArray(item?.["content"]) ? (item["content"] as unknown[]) : [];
  const text = (maybeText(toRecord(first)["text"]) ?? "") + (maybeText(delta) ?? "");
  return { ...item, content: [{ type: "output_text", ...toRecord(first), text }, ...others] };
}
