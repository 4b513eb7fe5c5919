// A program that asks a model through OpenAI's library, and knows nothing about tracing.
import OpenAI from "openai";

const client = new OpenAI({ apiKey: "none", maxRetries: 0 });
const ask = (content, stream) =>
  client.chat.completions.create({ model: "gpt-5-mini", messages: [{ role: "user", content }], stream });

const answer = await ask("hello there", false);
console.log(answer.choices[0].message.content, answer._request_id, Object.keys(answer));
for await (const chunk of await ask("one two", true)) console.log(chunk.choices[0]?.delta.content);
await ask("fail 429", false).catch((error) =>
  console.log(error.constructor.name, error.status, error.message),
);
const { data, response } = await ask("hello again", false).withResponse();
console.log(data.choices.length, response.status);
await ask("fail 500", false);
