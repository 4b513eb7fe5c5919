const load = (/** @type {string} */ name) => import(name);

/** Makes programs whose answers can be compared, with a bridge or without. `lookUp` is what the tool does. */
export async function openMastra({ url, secret }) {
  const [{ Mastra }, { Agent }, { InMemoryStore }, { createTool }, { createStep, createWorkflow }] =
    await Promise.all(
      ["", "/agent", "/storage", "/tools", "/workflows"].map((entry) => load(`@mastra/core${entry}`)),
    );
  const [{ Observability }, { createOpenAICompatible }, { z }] = await Promise.all(
    ["@mastra/observability", "@ai-sdk/openai-compatible", "zod"].map(load),
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
    const cities = {
      inputSchema: z.object({ city: z.string() }),
      outputSchema: z.object({ city: z.string() }),
    };
    const approve = createStep({
      id: "approve",
      ...cities,
      resumeSchema: z.object({ isFine: z.boolean() }),
      execute: ({ inputData, resumeData, suspend }) => (resumeData ? inputData : suspend({})),
    });
    let tellBegun;
    const begun = new Promise((resolve) => (tellBegun = resolve));
    const linger = createStep({
      id: "linger",
      ...cities,
      execute({ inputData, abortSignal }) {
        tellBegun();
        return new Promise((resolve) => abortSignal.addEventListener("abort", () => resolve(inputData)));
      },
    });
    const workflows = {
      approval: createWorkflow({ id: "approval", ...cities })
        .then(approve)
        .commit(),
      lingering: createWorkflow({ id: "lingering", ...cities })
        .then(linger)
        .commit(),
    };
    const configs = { default: { serviceName: "test", bridge } };
    const mastra = new Mastra({
      agents: { forecaster },
      workflows,
      storage: new InMemoryStore(),
      logger: false,
      ...(bridge && { observability: new Observability({ configs }) }),
    });
    const agent = mastra.getAgent("forecaster");
    const options = { modelSettings: { maxRetries: 0, headers: { authorization: secret } } };
    return {
      /** Waits for a person, who then approves. */
      async runWithApproval(city) {
        const run = await mastra.getWorkflow("approval").createRun();
        const { status } = await run.start({ inputData: { city } });
        const { result } = await run.resume({ step: "approve", resumeData: { isFine: true } });
        return [status, result];
      },
      async cancel(city) {
        const run = await mastra.getWorkflow("lingering").createRun();
        const result = run.start({ inputData: { city } });
        await begun;
        await run.cancel();
        return (await result).status;
      },
      ask: async (text) => (await agent.generate(text, options)).text,
      async stream(text) {
        const parts = [];
        for await (const part of (await agent.stream(text, options)).textStream) parts.push(part);
        return parts;
      },
      /** Aborts when the first part is there. */
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
