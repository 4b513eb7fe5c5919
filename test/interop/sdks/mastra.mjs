const load = (/** @type {string} */ name) => import(name);

/** Makes programs that answer with what can be compared, over a bridge or without. `lookUp` is what the tool does. */
export async function openMastra({ url, secret }) {
  const [{ Mastra }, { Agent }, { createTool }, { Observability }, { createOpenAICompatible }, { z }] =
    await Promise.all(
      [
        ...["@mastra/core", "@mastra/core/agent", "@mastra/core/tools", "@mastra/observability"],
        ...["@ai-sdk/openai-compatible", "zod"],
      ].map(load),
    );
  const provider = createOpenAICompatible({
    name: "local",
    apiKey: secret,
    baseURL: `${url}/v1`,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  return (bridge, lookUp = (city) => `${city} is sunny`) => {
    const weather = createTool({
      id: "weather",
      description: "of a city",
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => lookUp(city),
    });
    const forecaster = new Agent({
      id: "forecaster",
      name: "Forecaster",
      instructions: "be brief",
      model: provider.chatModel("gpt-5-mini"),
      tools: { weather },
    });
    const configs = { default: { serviceName: "test", bridge } };
    const mastra = new Mastra({
      agents: { forecaster },
      logger: false,
      ...(bridge && { observability: new Observability({ configs }) }),
    });
    const agent = mastra.getAgent("forecaster");
    const options = { modelSettings: { maxRetries: 0, headers: { authorization: secret } } };
    return {
      ask: async (text) => (await agent.generate(text, options)).text,
      async stream(text) {
        const parts = [];
        for await (const part of (await agent.stream(text, options)).textStream) parts.push(part);
        return parts;
      },
      /** Aborted when its first part is there. */
      async abort(text) {
        const controller = new AbortController();
        const stream = await agent.stream(text, { ...options, abortSignal: controller.signal });
        const parts = [];
        for await (const part of stream.textStream) {
          parts.push(part);
          controller.abort();
        }
        return parts[0];
      },
      async extract(text) {
        const structuredOutput = { schema: z.object({ city: z.string() }) };
        return (await agent.generate(text, { ...options, structuredOutput, toolChoice: "none" })).object;
      },
    };
  };
}
