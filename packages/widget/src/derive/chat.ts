import { isFields, type Fields } from "./fields.js";

/**
 * Messages to and from models, in any known shape: OpenAI's chat completions and responses, Anthropic's content blocks, and
 * whatever resembles them. What is not understood is kept as it is. That is why the messages of `describeSpan` do not serve here:
 * they have one shape, for other back ends, and leave out what does not fit it.
 */
export interface ChatMessage {
  /** "user", "assistant", "system", "tool", or any other text. */
  readonly role: string;
  readonly name?: string;
  readonly parts: readonly ChatPart[];
}

export type ChatPart =
  | { readonly kind: "text" | "reasoning"; readonly text: string }
  /** `source` is a data URL; absent if the image is elsewhere, and `place` says where. */
  | { readonly kind: "image"; readonly source?: string; readonly place: string }
  | { readonly kind: "call"; readonly id?: string; readonly name: string; readonly input: unknown }
  | { readonly kind: "result"; readonly id?: string; readonly value: unknown }
  | { readonly kind: "other"; readonly value: unknown };

export interface Chat {
  readonly messages: readonly ChatMessage[];
  /** The fields beside the messages: temperature, tools, usage. */
  readonly others?: Fields;
}

/** A value as a chat, if it looks like one: messages, something that contains messages, or the choices of a completion. */
export function maybeChat(value: unknown): Chat | undefined {
  if (Array.isArray(value)) return fromMessages(value);
  if (!isFields(value)) return undefined;
  for (const key of ["messages", "choices", "input", "output", "contents", "candidates"]) {
    const held = value[key];
    const chat = Array.isArray(held) ? fromMessages(held) : undefined;
    if (chat === undefined) continue;
    const { [key]: _, ...others } = value;
    return { ...chat, ...(Object.keys(others).length > 0 && { others }) };
  }
  return fromMessages([value]);
}

function fromMessages(items: readonly unknown[]): Chat | undefined {
  const messages: ChatMessage[] = [];
  for (const item of items) {
    const message = toMessage(item);
    // One that is no message settles it: lists can be long.
    if (message === undefined) return undefined;
    messages.push(message);
  }
  return messages.length > 0 ? { messages } : undefined;
}

function toMessage(item: unknown): ChatMessage | undefined {
  if (!isFields(item)) return undefined;
  // A choice of a completion, or what LangChain and Ollama wrap.
  if (isFields(item["message"])) return toMessage(item["message"]);
  if (isFields(item["content"]) && Array.isArray(item["content"]["parts"])) return toMessage(item["content"]);
  const { type, role, name } = item;
  if (typeof role !== "string") return typeof type === "string" ? fromResponseItem(type, item) : undefined;
  const parts = [
    ...toReasoning(item),
    ...toParts(item, role),
    ...toBeside(item),
    ...toCalls(item["tool_calls"]),
  ];
  return { role: role === "model" ? "assistant" : role, ...(typeof name === "string" && { name }), parts };
}

/** Items that stand between messages in OpenAI's responses. */
function fromResponseItem(type: string, item: Fields): ChatMessage | undefined {
  if (type.endsWith("_call_output")) return { role: "tool", parts: [toResult(item, item["output"])] };
  const kind = /^(?!tool_call$)(.+)_call$/.exec(type)?.[1];
  if (kind !== undefined) return { role: "assistant", parts: fromCall(item, kind) };
  if (type === "reasoning") return { role: "assistant", parts: toReasoning(item) };
  return undefined;
}

/** A function's call, or that of a provider's own tool, which includes its result. */
function fromCall(item: Fields, kind: string): ChatPart[] {
  const { name = kind, result, output = item["outputs"] ?? item["results"] } = item;
  if (kind === "image_generation" && typeof result === "string") {
    return [toImage(`data:image/png;base64,${result}`)];
  }
  const input = item["arguments"] ?? item["input"] ?? item["action"] ?? item["code"] ?? item["queries"];
  const call = toCall({ ...item, name, arguments: input });
  return output === undefined || output === null ? [call] : [call, toResult(item, output)];
}

/** What OpenAI has in separate fields: a refusal, the transcript of audio, a call in the older form. */
function toBeside({ refusal, audio, function_call: call }: Fields): ChatPart[] {
  const said = [refusal, isFields(audio) ? audio["transcript"] : undefined];
  const texts = said.flatMap((text) =>
    typeof text === "string" && text !== "" ? { kind: "text" as const, text } : [],
  );
  return isFields(call) ? [...texts, toCall(call)] : texts;
}

function toParts(item: Fields, role: string): ChatPart[] {
  const content = item["content"] ?? item["parts"];
  if (role === "tool") return [toResult(item, content)];
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  if (Array.isArray(content)) return content.map(toPart);
  return content === undefined || content === null ? [] : [{ kind: "other", value: content }];
}

function toPart(block: unknown): ChatPart {
  if (typeof block === "string") return { kind: "text", text: block };
  if (!isFields(block)) return { kind: "other", value: block };
  const { type, text, thinking } = block;
  if (typeof thinking === "string") return { kind: "reasoning", text: thinking };
  const { functionCall, functionResponse } = block;
  if (isFields(functionCall)) return toCall(functionCall);
  if (isFields(functionResponse)) return toResult(functionResponse, functionResponse["response"]);
  if (block["thought"] === true && typeof text === "string") return { kind: "reasoning", text };
  if (type === "tool_use" || type === "server_tool_use" || type === "mcp_tool_use") return toCall(block);
  if (typeof type === "string" && type.endsWith("tool_result")) return toResult(block, block["content"]);
  if (type === "reasoning" && typeof text === "string") return { kind: "reasoning", text };
  if (typeof text === "string") return { kind: "text", text };
  return maybeImage(block) ?? { kind: "other", value: block };
}

function toReasoning(item: Fields): ChatPart[] {
  const given = item["reasoning_content"] ?? item["reasoning"] ?? item["thinking"] ?? item["summary"];
  const texts = Array.isArray(given) ? given.map((part) => (isFields(part) ? part["text"] : part)) : [given];
  return texts.flatMap((text) =>
    typeof text === "string" && text !== "" ? { kind: "reasoning" as const, text } : [],
  );
}

function toCalls(calls: unknown): ChatPart[] {
  return Array.isArray(calls) ? calls.map((call) => (isFields(call) ? toCall(call) : other(call))) : [];
}

/** A call in either shape: `{ function: { name, arguments } }`, `{ name, arguments | args | input }`. */
function toCall(call: Fields): ChatPart {
  const of = [call["function"], call["custom"]].find(isFields) ?? call;
  if (typeof of["name"] !== "string") return other(call);
  const input = parsed(of["arguments"] ?? of["args"] ?? of["input"]);
  return { kind: "call", ...idOf(call["id"] ?? call["call_id"]), name: of["name"], input };
}

function toResult(item: Fields, value: unknown): ChatPart {
  const blocks = Array.isArray(value) ? value.map(toPart) : [];
  const texts = blocks.flatMap((part) => (part.kind === "text" ? part.text : []));
  const isText = blocks.length > 0 && texts.length === blocks.length;
  const id = item["tool_call_id"] ?? item["tool_use_id"] ?? item["call_id"];
  return { kind: "result", ...idOf(id), value: isText ? parsed(texts.join("\n")) : parsed(value) };
}

/** Only pictures that cannot do anything, and are inside the message itself, are ever shown. */
const inlineImage = /^data:image\/(?:png|jpeg|gif|webp);base64,[\w+/=\s]*$/;

function maybeImage(block: Fields): ChatPart | undefined {
  const { image_url: given, source } = block;
  const url = isFields(given) ? given["url"] : given;
  if (typeof url === "string") return toImage(url);
  const { inlineData } = block;
  if (isFields(inlineData)) {
    return toImage(`data:${String(inlineData["mimeType"])};base64,${String(inlineData["data"])}`);
  }
  if (block["type"] !== "image" || !isFields(source)) return undefined;
  const { media_type: mediaType, data, url: place } = source;
  if (typeof data === "string") return toImage(`data:${String(mediaType)};base64,${data}`);
  return typeof place === "string" ? toImage(place) : undefined;
}

function toImage(url: string): ChatPart {
  return inlineImage.test(url)
    ? { kind: "image", source: url, place: "inline" }
    : { kind: "image", place: url.slice(0, 200) };
}

function other(value: unknown): ChatPart {
  return { kind: "other", value };
}

function idOf(id: unknown): { readonly id?: string } {
  return typeof id === "string" ? { id } : {};
}

/** Arguments usually come as JSON text. */
function parsed(value: unknown): unknown {
  return typeof value === "string" ? (maybeJson(value) ?? value) : value;
}

/** The array or object that a text is the JSON of. */
export function maybeJson(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text) || !/[\]}]\s*$/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined; // It only began like JSON.
  }
}
