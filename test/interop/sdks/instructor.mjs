const load = (/** @type {string} */ name) => import(name);

/** Extracts a city from a text, with a client that may have been traced. */
export async function openInstructor({ url, secret }) {
  const [{ default: createInstructor }, { OpenAI }, { z }] = await Promise.all(
    ["@instructor-ai/instructor", "openai", "zod"].map(load),
  );
  return {
    newClient: () => new OpenAI({ apiKey: secret, baseURL: `${url}/v1`, maxRetries: 0 }),
    extract: (client, content, mode) =>
      createInstructor({ client, mode }).chat.completions.create({
        model: "gpt-5-mini",
        messages: [{ role: "user", content }],
        response_model: { name: "weather", schema: z.object({ city: z.string() }) },
        max_retries: 0,
      }),
  };
}
