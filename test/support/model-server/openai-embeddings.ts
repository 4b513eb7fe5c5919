import { countTokens } from "./script.js";
import type { Answer, Body } from "./server.js";

/** POST /v1/embeddings: vectors of four numbers, as base64 if the client asks for it. */
export function openaiEmbeddings(body: Body): Answer {
  const inputs = [body["input"]].flat() as string[];
  const vector = [0.25, -0.5, 0.75, 1];
  const embedding =
    body["encoding_format"] === "base64"
      ? Buffer.from(new Float32Array(vector).buffer).toString("base64")
      : vector;
  const tokens = countTokens(inputs.join(" "));
  return {
    document: {
      object: "list",
      data: inputs.map((_, index) => ({ object: "embedding", index, embedding })),
      model: body["model"],
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    },
  };
}
