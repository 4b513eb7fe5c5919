/** The page in which OpenAI's SDK calls a server: `openaiPage.run(url)` returns the spans of two programs run at once. */
import OpenAI from "openai";
import { createTracing } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { tracedOpenAI, untraced } from "@spanbook/core/openai";

export interface OpenaiPage {
  run(url: string): Promise<{ lines: string[]; traced: unknown; untraced: unknown; errors: string[] }>;
}

const page: OpenaiPage = {
  async run(url) {
    const errors: string[] = [];
    const store = createMemoryStore();
    const tracing = createTracing({ store, onError: (error) => errors.push(String(error)) });
    const client = new OpenAI({
      apiKey: "key",
      baseURL: `${url}/v1`,
      maxRetries: 0,
      dangerouslyAllowBrowser: true,
    });
    const after = (name: string) => tracing.withSpan(() => name, { name: `after ${name}` });

    /** Every way of awaiting the SDK's promise, with a span after each. */
    const ask = async (name: string) => {
      const request = { model: "gpt-5-mini", messages: [{ role: "user" as const, content: name }] };
      const answers: unknown[] = [];
      const whole = await client.chat.completions.create(request);
      answers.push(whole.choices[0]?.message.content, after(`${name} 1`));
      const kept = client.chat.completions.create(request);
      answers.push((await kept).model, after(`${name} 2`));
      answers.push((await kept).model, after(`${name} 3`));
      const { data, response } = await client.chat.completions.create(request).withResponse();
      answers.push(data.model, response.status, after(`${name} 4`));
      for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) {
        answers.push(chunk.choices[0]?.delta.content, after(`${name} 5`));
      }
      const failing = { ...request, messages: [{ role: "user" as const, content: "fail 400" }] };
      try {
        await client.chat.completions.create(failing);
      } catch (error) {
        answers.push((error as Error).message, after(`${name} 6`));
      }
      const both = [client.chat.completions.create(request), client.chat.completions.create(request)];
      answers.push((await Promise.all(both)).length, after(`${name} 7`));
      answers.push(await client.chat.completions.create(failing).catch(() => "caught"), after(`${name} 8`));
      answers.push(
        (await client.chat.completions.create(request).finally(() => 1)).model,
        after(`${name} 9`),
      );
      const raw = await client.chat.completions.create(request).asResponse();
      answers.push(raw.status, after(`${name} 0`), (await raw.json()).model, after(`${name} 1`));
      return answers;
    };
    const askTwice = () => Promise.all(["a", "b"].map((name) => tracing.withSpan(() => ask(name), { name })));

    tracedOpenAI(client, { tracing });
    const traced = await askTwice();
    await tracing.flush();
    const { traces } = await store.search({ includeSpans: true });
    const lines = traces.flatMap(({ data: { spans } }) =>
      spans.map(({ name, parentSpanId, attributes }) => {
        const parent = spans.find(({ spanId }) => spanId === parentSpanId)?.name;
        const mark = attributes["spanbook.parent"];
        return [parent, ">", name, mark].filter((part) => part !== undefined).join(" ");
      }),
    );
    untraced(client);
    return { lines: lines.sort(), traced, untraced: await askTwice(), errors };
  },
};

Object.assign(globalThis, { openaiPage: page });
