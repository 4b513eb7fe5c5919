import { maybeText, toRecord, type Fields } from "../model/json.js";

/** An answer with vectors in OpenAI's shape, each replaced by its dimensions. */
export function withDimensions(outputs: unknown): unknown {
  return withItems(outputs, ({ embedding, ...rest }) => ({
    ...rest,
    // A text holds the vector's 32-bit numbers as base64.
    dimensions: Array.isArray(embedding) ? embedding.length : sizeOfBase64(embedding) / 4,
  }));
}

/** An answer with images in OpenAI's shape, each replaced by its size; one given as a URL stays. */
export function withImageSizes(outputs: unknown): unknown {
  return withItems(outputs, withImageSize);
}

/** The same for one image, or for an event of a stream of images. */
export function withImageSize(item: unknown): Fields {
  const { b64_json: image, ...rest } = toRecord(item);
  return image === undefined ? rest : { ...rest, sizeBytes: sizeOfBase64(image) };
}

/** The last event of a stream of images; the earlier ones are drafts. */
export function foldImageEvents(events: readonly unknown[]): unknown {
  return events.at(-1);
}

function withItems(outputs: unknown, change: (item: Fields) => Fields): unknown {
  const { data } = toRecord(outputs);
  return Array.isArray(data)
    ? { ...toRecord(outputs), data: data.map((item) => change(toRecord(item))) }
    : outputs;
}

function sizeOfBase64(text: unknown): number {
  return Math.floor(((maybeText(text) ?? "").replace(/=+$/, "").length * 3) / 4);
}
