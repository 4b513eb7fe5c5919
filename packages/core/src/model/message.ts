/**
 * Chat messages in one shape, read from those of OpenAI (chat and responses), Anthropic, Gemini, LangChain, the Vercel AI SDK
 * and OpenTelemetry's GenAI conventions. They differ in names, not in what they say: a reader looks for each name in turn.
 */
import { firstOf, maybeText, textOf, toRecord, unwrapJson, type Fields } from "./json.js";
import { isRecord, withoutUndefined } from "./objects.js";

export interface Message {
  /** "system", "user", "assistant", "tool", or any other text. */
  readonly role: string;
  readonly name?: string;
  readonly parts: readonly MessagePart[];
  readonly finishReason?: string;
}

export type MessagePart =
  | { readonly type: "text" | "reasoning"; readonly text: string }
  | MediaPart
  | {
      readonly type: "tool_call";
      readonly id?: string;
      readonly name: string;
      /** Parsed if it was JSON text. */
      readonly arguments?: unknown;
    }
  | {
      readonly type: "tool_call_response";
      readonly id?: string;
      readonly name?: string;
      readonly response?: unknown;
    }
  /** A part of an unknown kind, unchanged. */
  | { readonly type: "other"; readonly value: unknown };

/** An image, a sound, a file: its base64 data, or its URL or file id. Untrusted: a URL may have any scheme. */
export interface MediaPart {
  readonly type: "media";
  readonly modality: "image" | "audio" | "video" | "file";
  readonly mimeType?: string;
  readonly data?: string;
  readonly url?: string;
  readonly fileId?: string;
}

/** A list of messages, or a single one, of any known shape; undefined if it holds anything else. */
export function toMessages(value: unknown): Message[] | undefined {
  const list = unwrapJson(value);
  const items = Array.isArray(list) ? list.flat() : [list];
  const messages = items.map(toMessage);
  if (messages.every((message) => message === undefined)) return undefined;
  const all = messages.map((message, index) => message ?? toOther(items[index]));
  return all.every((message) => message !== undefined) ? all : undefined;
}

/** An item among messages that is of no known kind: OpenAI's Responses API keeps adding kinds. */
function toOther(item: unknown): Message | undefined {
  const isKind = textOf(toRecord(item), "type") !== undefined;
  return isKind ? { role: "assistant", parts: [{ type: "other", value: item }] } : undefined;
}

/** The messages in what a model was asked: `messages`, `input`, `contents`, or the list itself, after the system's text. */
export function toRequestMessages(inputs: unknown): Message[] | undefined {
  const request = unwrapJson(inputs);
  if (!isRecord(request)) return Array.isArray(request) ? toMessages(request) : undefined;
  const list = [request["messages"], request["input"], request["contents"], request["kwargs"]]
    .map(unwrapJson)
    .find((item) => Array.isArray(item) || isRecord(item));
  // A request to a model may ask in plain text; without a model, `input` may be anything.
  const question = "model" in request ? textOf(request, "input", "contents") : undefined;
  const messages =
    (isRecord(list) ? toRequestMessages(list) : list && toMessages(list)) ??
    (question === undefined ? undefined : [textMessage("user", question)]);
  const system = firstOf(request, "system", "instructions", "systemInstruction", "system_instruction");
  return messages && [...toSystemMessages(system), ...messages];
}

/** The messages in what a model answered: `choices`, `output`, `candidates`, `message`, a message itself. */
export function toResponseMessages(outputs: unknown): Message[] | undefined {
  const response = unwrapJson(outputs);
  if (!isRecord(response)) return Array.isArray(response) ? toMessages(response) : undefined;
  const nested = firstOf(response, "choices", "candidates", "output", "generations", "messages", "message");
  return toMessages(Array.isArray(nested) || isRecord(nested) ? nested : response);
}

/** System instructions: a text, parts, or a content of parts. */
export function toSystemMessages(instructions: unknown): Message[] {
  const value = unwrapJson(instructions);
  const content = isRecord(value) ? firstOf(value, "parts", "content") : value;
  const parts = toParts(content);
  return parts.length > 0 ? [{ role: "system", parts }] : [];
}

/** A message of one text. */
export function textMessage(role: string, text: string): Message {
  return { role, parts: [{ type: "text", text }] };
}

const rolesByType: Readonly<Record<string, string>> = {
  human: "user",
  ai: "assistant",
  AIMessageChunk: "assistant",
  system: "system",
  developer: "developer",
  tool: "tool",
  reasoning: "assistant",
};

function toMessage(item: unknown): Message | undefined {
  const outer = unwrapJson(item);
  if (!isRecord(outer)) return undefined;
  // A choice or candidate around the message, or LangChain's serialized form of one.
  const wrapped = [outer["message"], outer["kwargs"], outer["content"]].find(
    (inner) => isRecord(inner) && ("content" in inner || "parts" in inner || "tool_calls" in inner),
  );
  const fields = isRecord(wrapped) ? wrapped : outer;
  const { content, role } = { content: contentOf(fields), role: roleOf(fields) ?? roleOf(outer) };
  if (role === undefined || (content === undefined && !hasMore(fields))) return undefined;
  return withoutUndefined({
    role,
    name: textOf(fields, "name"),
    parts: partsOf(fields, role, content),
    finishReason: textOf(outer, "finish_reason", "finishReason", "stop_reason"),
  });
}

function roleOf(fields: Fields): string | undefined {
  const role = textOf(fields, "role");
  if (role !== undefined && role !== "") return role === "model" ? "assistant" : role;
  const type = textOf(fields, "type");
  const className = Array.isArray(fields["id"]) ? maybeText(fields["id"].at(-1)) : undefined;
  if (type !== undefined && callItem.test(type)) return "assistant";
  if (type !== undefined && callOutputItem.test(type)) return "tool";
  const named = className?.replace(/Message(Chunk)?$/, "").toLowerCase() ?? type ?? "";
  return Object.hasOwn(rolesByType, named) ? rolesByType[named] : undefined;
}

// OpenAI's Responses API lists calls and their results next to the messages: each is its own content.
const callItem = /^(?!tool_call$)(.+)_call$/;
const callOutputItem = /_call_output$/;

function contentOf(fields: Fields): unknown {
  const type = textOf(fields, "type") ?? "";
  if (type === "reasoning") return [fields];
  if (callOutputItem.test(type)) return [{ ...fields, type: "function_call_output" }];
  const kind = callItem.exec(type)?.[1];
  if (kind !== undefined) return callContent(fields, kind);
  return firstOf(fields, "parts", "content", "contents");
}

/** A call of a function, or of one of the provider's own tools, which comes with its result. */
function callContent(fields: Fields, kind: string): unknown[] {
  const image = kind === "image_generation" ? textOf(fields, "result") : undefined;
  if (image !== undefined) return [{ type: "image", mime_type: "image/png", data: image }];
  const { name = kind } = fields;
  const input = firstOf(fields, "arguments", "input", "action", "code", "queries");
  const result = firstOf(fields, "output", "outputs", "results");
  const call = { ...fields, type: "function_call", name, arguments: input };
  if (result === undefined) return [call];
  return [call, { ...fields, type: "function_call_output", response: result }];
}

function hasMore(fields: Fields): boolean {
  const calls = firstOf(fields, "tool_calls", "toolCalls", "function_call");
  return (calls ?? firstOf(fields, "reasoning_content", "refusal", "audio")) !== undefined;
}

function partsOf(fields: Fields, role: string, content: unknown): MessagePart[] {
  const reasoning = textOf(fields, "reasoning_content", "reasoning", "thinking");
  const calls = unwrapJson(firstOf(fields, "tool_calls", "toolCalls"));
  const oldCall = firstOf(fields, "function_call");
  const answered = textOf(fields, "tool_call_id", "toolCallId");
  const ownParts =
    role === "tool" && (answered !== undefined || typeof content === "string")
      ? [toResponse({ id: answered, name: fields["name"], response: content })]
      : toParts(content);
  return [
    ...(reasoning !== undefined ? [{ type: "reasoning" as const, text: reasoning }] : []),
    ...ownParts,
    ...besideText(fields),
    ...(Array.isArray(calls) ? calls.map((call) => toCall(toRecord(unwrapJson(call)))) : []),
    ...(isRecord(oldCall) && textOf(fields, "type") !== "function_call" ? [toCall(oldCall)] : []),
  ];
}

/** What OpenAI and Ollama put into separate fields: a refusal, what was said aloud, images. */
function besideText(fields: Fields): MessagePart[] {
  const { audio, images } = fields;
  const said = [textOf(fields, "refusal"), textOf(toRecord(audio), "transcript")];
  return [
    ...said.flatMap(toParts),
    ...(textOf(toRecord(audio), "data") === undefined ? [] : [toPart({ type: "audio", audio })]),
    ...(Array.isArray(images) ? images : []).map((image) =>
      toPart(typeof image === "string" ? { type: "image", image } : image),
    ),
  ];
}

/** A text, or a list of parts. An empty text, as found next to tool calls, is no part. */
function toParts(content: unknown): MessagePart[] {
  if (typeof content === "string") {
    const value = /^\s*\[/.test(content) ? unwrapJson(content) : content;
    if (Array.isArray(value) && value.some((part) => isRecord(part) && "type" in part)) return toParts(value);
    return content === "" ? [] : [{ type: "text", text: content }];
  }
  if (Array.isArray(content)) return content.map(toPart);
  return isRecord(content) ? [toPart(content)] : [];
}

type PartReader = (part: Fields) => MessagePart | undefined;

function toPart(item: unknown): MessagePart {
  if (typeof item === "string") return { type: "text", text: item };
  const part = isRecord(item) ? toRecord(firstOf(item, "message_content") ?? item) : {};
  const type = textOf(part, "type") ?? untypedKinds.find((kind) => part[kind] !== undefined) ?? "";
  const kind = /_tool_(use|result)$/.exec(type)?.[0].slice(1) ?? type;
  const reader = Object.hasOwn(partReaders, kind) ? partReaders[kind] : undefined;
  return reader?.(part) ?? { type: "other", value: item };
}

/** Gemini's parts have no type: the field that is present tells. */
const untypedKinds = ["functionCall", "functionResponse", "inlineData", "fileData", "text"];

const readText: PartReader = (part) => {
  const text = textOf(part, "text", "content");
  return text === undefined ? undefined : { type: part["thought"] === true ? "reasoning" : "text", text };
};

const readReasoning: PartReader = (part) => {
  const summary = Array.isArray(part["summary"]) ? part["summary"] : [];
  const texts = summary.flatMap((item) => textOf(toRecord(item), "text") ?? []);
  return { type: "reasoning", text: textOf(part, "text", "content", "thinking") ?? texts.join("\n") };
};

const readMedia: PartReader = (part) => toMedia(part);

const partReaders: Readonly<Record<string, PartReader>> = {
  text: readText,
  input_text: readText,
  output_text: readText,
  refusal: (part) => ({ type: "text", text: textOf(part, "refusal") ?? "" }),
  reasoning: readReasoning,
  thinking: readReasoning,
  tool_call: toCall,
  tool_use: toCall,
  "tool-call": toCall,
  function_call: toCall,
  functionCall: (part) => toCall(toRecord(part["functionCall"])),
  tool_call_response: toResponse,
  tool_result: toResponse,
  "tool-result": toResponse,
  function_call_output: toResponse,
  functionResponse: (part) => toResponse(toRecord(part["functionResponse"])),
  image: readMedia,
  image_url: readMedia,
  input_image: readMedia,
  input_audio: readMedia,
  audio: readMedia,
  file: readMedia,
  input_file: readMedia,
  document: readMedia,
  blob: readMedia,
  uri: readMedia,
  inlineData: (part) => toMedia(toRecord(part["inlineData"])),
  fileData: (part) => toMedia(toRecord(part["fileData"])),
};

function toCall(fields: Fields): MessagePart {
  const call = toRecord(firstOf(fields, "tool_call") ?? fields);
  const inner = [call["function"], call["custom"]].find(isRecord) ?? call;
  return withoutUndefined({
    type: "tool_call" as const,
    id: textOf(call, "call_id", "toolCallId", "id"),
    name: textOf(inner, "name", "toolName") ?? "",
    arguments: unwrapJson(firstOf(inner, "arguments", "input", "args")),
  });
}

function toResponse(fields: Fields): MessagePart {
  return withoutUndefined({
    type: "tool_call_response" as const,
    id: textOf(fields, "call_id", "tool_use_id", "toolCallId", "tool_call_id", "id"),
    name: textOf(fields, "name", "toolName"),
    response: unwrapJson(firstOf(fields, "response", "result", "output", "content")),
  });
}

function toMedia(part: Fields): MessagePart | undefined {
  const inner = ["source", "image_url", "input_audio", "image", "file", "audio"]
    .map((name) => part[name])
    .find(isRecord);
  // OpenInference has { image: { image: { url } } }.
  const fields = { ...part, ...inner, ...toRecord(inner?.["image"]) };
  const format = textOf(fields, "format");
  const mimeType =
    textOf(fields, "mime_type", "mimeType", "media_type", "mediaType") ?? (format && `audio/${format}`);
  const place =
    textOf(fields, "uri", "url", "image_url", "fileUri", "file_url") ?? maybeUrl(textOf(fields, "image"));
  const data =
    textOf(fields, "data", "content", "file_data", "base64Data") ??
    (place ? undefined : textOf(fields, "image"));
  const fileId = textOf(fields, "file_id", "fileId");
  if (place === undefined && data === undefined && fileId === undefined) return undefined;
  return withoutUndefined({
    type: "media" as const,
    modality: modalityOf(
      textOf(part, "modality") ?? mimeType ?? /^data:([^;,]+)/.exec(place ?? "")?.[1] ?? textOf(part, "type"),
    ),
    mimeType,
    data,
    url: place,
    fileId,
  });
}

function maybeUrl(text: string | undefined): string | undefined {
  return text !== undefined && /^[a-z]+:/i.test(text) ? text : undefined;
}

function modalityOf(hint = ""): MediaPart["modality"] {
  return (["image", "audio", "video"] as const).find((modality) => hint.includes(modality)) ?? "file";
}
