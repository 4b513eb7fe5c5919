import { maybeText, toRecord, type Fields } from "../model/json.js";

/** An answer with vectors in OpenAI's shape, with their dimensions in their place. */
export function withDimensions(outputs: unknown): unknown {
  return withItems(outputs, ({ embedding, ...rest }) => ({
    ...rest,
    // A text is the vector's 32-bit numbers as base64.
    dimensions: Array.isArray(embedding) ? embedding.length : sizeOfBase64(embedding) / 4,
  }));
}

/** An answer with images in OpenAI's shape, with their sizes in their place; one that is named by its URL stays. */
export function withImageSizes(outputs: unknown): unknown {
  return withItems(outputs, ({ b64_json: image, ...rest }) =>
    image === undefined ? rest : { ...rest, sizeBytes: sizeOfBase64(image) },
  );
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
