// The modules are named in a variable, so that TypeScript need not read their types.
const load = (/** @type {string} */ name) => import(name);

/** What is traced, and programs whose answers can be compared. */
export async function openLlamaIndex({ url, secret }) {
  const [llamaindex, openai, workflow, { z }] = await Promise.all(
    ["llamaindex", "@llamaindex/openai", "@llamaindex/workflow", "zod"].map(load),
  );
  const { ContextChatEngine, Document, Settings, VectorStoreIndex, tool } = llamaindex;
  const options = { apiKey: secret, baseURL: `${url}/v1`, maxRetries: 0 };
  const newModel = (fields = {}) => new openai.OpenAI({ model: "gpt-5-mini", ...options, ...fields });
  const asked = (content) => ({ messages: [{ role: "user", content }] });
  const weather = tool({
    name: "weather",
    description: "of a city",
    parameters: z.object({ city: z.string() }),
    execute: ({ city }) => `${city} is sunny`,
  });
  const place = z.object({ city: z.string() });
  Settings.llm = newModel();
  Settings.embedModel = new openai.OpenAIEmbedding({ model: "text-embedding-3-small", ...options });
  return {
    modules: { ...llamaindex, ...openai, ...workflow },
    ask: async (text) => (await newModel().chat(asked(text))).message.content,
    async stream(text, isLeftEarly = false) {
      const model = newModel({ additionalChatOptions: { stream_options: { include_usage: true } } });
      const parts = [];
      for await (const { delta } of await model.chat({ ...asked(text), stream: true })) {
        parts.push(delta);
        if (isLeftEarly) break;
      }
      return parts;
    },
    async extract(text) {
      const { message } = await newModel().chat({ ...asked(text), responseFormat: place });
      return message.content;
    },
    async execute(text) {
      return (await newModel().exec({ ...asked(text), responseFormat: place })).object;
    },
    async askDocuments(text) {
      const index = await VectorStoreIndex.fromDocuments([
        new Document({ text: "The sky is blue.", id_: "d1" }),
      ]);
      return (await index.asQueryEngine().query({ query: text })).message.content;
    },
    /** Streamed from an engine, for queries or for a chat. */
    async streamFromDocuments(text, isChat = false) {
      const index = await VectorStoreIndex.fromDocuments([
        new Document({ text: "The sky is blue.", id_: "d1" }),
      ]);
      const stream = isChat
        ? await new ContextChatEngine({ retriever: index.asRetriever() }).chat({
            message: text,
            stream: true,
          })
        : await index.asQueryEngine().query({ query: text, stream: true });
      const parts = [];
      for await (const { delta } of stream) parts.push(delta);
      return parts.join("");
    },
    async streamResponses(text) {
      const model = openai.openaiResponses({ model: "gpt-5-mini", ...options });
      for await (const { delta } of await model.chat({ ...asked(text), stream: true })) delta.length;
    },
    /** Leaves when the model has answered: what the workflow has begun goes on. */
    async leaveAgent(text) {
      const agent = workflow.agent({ name: "Forecaster", llm: newModel(), tools: [weather] });
      for await (const { data } of agent.runStream(text)) {
        if (typeof data.response === "object") return data.response.content;
      }
    },
    async runAgent(text) {
      const agent = workflow.agent({ name: "Forecaster", llm: newModel(), tools: [weather] });
      return (await agent.run(text)).data.result;
    },
  };
}
