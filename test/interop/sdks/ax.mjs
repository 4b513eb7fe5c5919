const load = (/** @type {string} */ name) => import(name);

/** The module that is traced, and its programs. */
export async function openAx(server) {
  const module = await load("@ax-llm/ax");
  return { module, ...axPrograms(module, server) };
}

/** Programs whose answers can be compared. */
export function axPrograms(module, { url, secret }) {
  const { ai, ax, f, AxAIOpenAIEmbedModel } = module;
  const model = ai({
    name: "openai",
    apiKey: secret,
    apiURL: `${url}/v1`,
    config: { model: "gpt-5-mini", embedModel: AxAIOpenAIEmbedModel.TextEmbedding3Small, stream: false },
  });
  const signature = "question:string -> answer:string";
  const place = f().input("question", f.string()).output("city", f.string()).useStructured().build();
  const weather = {
    name: "weather",
    description: "of the city that is named",
    parameters: {
      type: "object",
      properties: { city: { type: "string", description: "its name" } },
      required: ["city"],
    },
    func: ({ city }) => `${city} is sunny`,
  };
  return {
    ask: (question) => ax(signature).forward(model, { question }, { maxRetries: 0 }),
    extract: (question) => ax(place).forward(model, { question }, { maxRetries: 0 }),
    async stream(question) {
      const parts = [];
      const options = { stream: true, maxRetries: 0, retry: { maxRetries: 0 } };
      for await (const part of ax(signature).streamingForward(model, { question }, options)) {
        parts.push(part);
      }
      return parts;
    },
    /** Aborts when the first part is there. */
    async abort(question) {
      const controller = new AbortController();
      const options = { stream: true, abortSignal: controller.signal, maxRetries: 0 };
      const parts = ax(signature).streamingForward(model, { question }, options);
      await parts.next();
      controller.abort();
      return (await parts.next()).value;
    },
    callTools: (question) => ax(signature, { functions: [weather] }).forward(model, { question }),
    embed: async (texts) => (await model.embed({ texts })).embeddings,
  };
}
