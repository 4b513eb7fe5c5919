import { countTokens, idOf, planAnswer, toPieces } from "./script.js";
import type { Answer, Body } from "./server.js";

/** POST /v1beta/models/MODEL:generateContent and :streamGenerateContent. */
export function geminiContent(body: Body, path: string): Answer {
  const contents = body["contents"] as { role: string; parts: Body[] }[];
  const texts = contents.map(({ parts }) => parts.map(({ text }) => text ?? "").join(""));
  const tools = (body["tools"] ?? []) as { functionDeclarations?: { name: string }[] }[];
  const config = (body["generationConfig"] ?? {}) as { responseMimeType?: string };
  const plan = planAnswer(texts.findLast((text) => text !== "") ?? "", {
    results: contents.flatMap(({ parts }) =>
      parts.flatMap(({ functionResponse }) => {
        const { response } = (functionResponse ?? {}) as { response?: { output: string } };
        return response ? [response.output] : [];
      }),
    ),
    tool: tools[0]?.functionDeclarations?.[0]?.name,
    wantsJson: config.responseMimeType === "application/json",
  });
  if (plan.kind === "fail") {
    const message = `the model refused with ${plan.status}`;
    return { status: plan.status, document: { error: { code: plan.status, message, status: "FAILED" } } };
  }
  const text = plan.kind === "say" ? plan.text : "";
  const prompt = countTokens(texts.join(" "));
  const responses = (
    plan.kind === "call"
      ? [plan.calls.map(({ name, arguments: args }) => ({ functionCall: { name, args } }))]
      : path.includes(":stream")
        ? toPieces(text).map((piece) => [{ text: piece }])
        : [[{ text }]]
  ).map((parts, index, all) => ({
    candidates: [
      {
        index: 0,
        content: { role: "model", parts },
        ...(index === all.length - 1 && { finishReason: "STOP" }),
      },
    ],
    usageMetadata: {
      promptTokenCount: prompt,
      candidatesTokenCount: countTokens(text) + 1,
      totalTokenCount: prompt + countTokens(text) + 1,
    },
    modelVersion: `${/models\/(.*):/.exec(path)?.[1] ?? ""}-001`,
    responseId: idOf("resp", body),
  }));
  if (!path.includes(":stream")) return { document: responses[0] };
  const events = responses.map((data) => ({ data }));
  return plan.kind === "say" && plan.isCut ? { events: events.slice(0, 2), isCut: true } : { events };
}

/** POST /v1beta/models/MODEL:batchEmbedContents. */
export function geminiEmbeddings(body: Body): Answer {
  const requests = body["requests"] as unknown[];
  return { document: { embeddings: requests.map(() => ({ values: [0.25, -0.5, 0.75, 1] })) } };
}
