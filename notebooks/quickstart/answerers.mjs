// Who writes the answer: a model behind an OpenAI-compatible endpoint if one is set, else sentences picked from the
// passages. Both stream tokens and say how many they read and wrote.
import { sentencesOf, wordsOf } from "./documents.mjs";

/** @returns {{ model: string, provider: string, stream(question, passages, onUsage): AsyncGenerator<string> }} */
export function chooseAnswerer(env) {
  const { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey, OPENAI_MODEL: model = "gpt-4o-mini" } = env;
  return baseUrl ? chatAnswerer({ baseUrl, apiKey, model }) : extractiveAnswerer();
}

function extractiveAnswerer() {
  return {
    model: "extractive-1",
    provider: "spanbook-demo",
    async *stream(question, passages, onUsage) {
      const wanted = [...wordsOf(question)];
      const sentences = passages.flatMap(({ page_content: text }, index) =>
        sentencesOf(text).map((sentence) => {
          const words = wordsOf(sentence);
          return { sentence, source: index + 1, score: wanted.filter((word) => words.has(word)).length };
        }),
      );
      const best = sentences.sort((a, b) => b.score - a.score).slice(0, 3);
      const answer = best.map(({ sentence, source }) => `${sentence} [${source}]`).join(" ");
      const tokens = answer.match(/\s*\S+/g) ?? ["Nothing in the documents answers that."];
      for (const token of tokens) {
        yield token;
        // One turn of the event loop per token, so that two answers really run side by side.
        await new Promise((resolve) => setTimeout(resolve));
      }
      const read = passages.reduce(
        (sum, passage) => sum + passage.page_content.split(/\s+/).length,
        wanted.length,
      );
      onUsage({ input_tokens: read, output_tokens: tokens.length, total_tokens: read + tokens.length });
    },
  };
}

/** A chat model behind an OpenAI-compatible endpoint. If that refuses, `stream` rejects with what it answered. */
export function chatAnswerer({ baseUrl, apiKey, model }) {
  return {
    model,
    provider: "openai",
    async *stream(question, passages, onUsage) {
      const response = await fetch(`${baseUrl.replace(/\/$/, "")}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
        body: JSON.stringify({
          model,
          stream: true,
          stream_options: { include_usage: true },
          messages: toMessages(question, passages),
        }),
      });
      if (!response.ok) {
        throw new Error(`the model answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
      }
      for await (const event of serverSentEvents(response.body)) {
        if (event === "[DONE]") return;
        const { choices = [], usage } = JSON.parse(event);
        if (choices[0]?.delta?.content) yield choices[0].delta.content;
        if (usage) onUsage(toUsage(usage));
      }
    },
  };
}

/** What a chat model is asked. */
export function toMessages(question, passages) {
  const sources = passages.map(({ page_content: text }, index) => `[${index + 1}] ${text}`).join("\n\n");
  return [
    { role: "system", content: "Answer from the sources alone, in two sentences, and cite them like [1]." },
    { role: "user", content: `${sources}\n\nQuestion: ${question}` },
  ];
}

async function* serverSentEvents(body) {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line.startsWith("data:")) yield line.slice(5).trim();
  }
}

function toUsage({ prompt_tokens, completion_tokens, total_tokens }) {
  return { input_tokens: prompt_tokens, output_tokens: completion_tokens, total_tokens };
}
