import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { startModelServer } from "../../support/model-server/server.js";
import { recordExamples } from "../../support/record-examples.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const guide = readFileSync(path.join(root, "docs/auto-tracing.md"), "utf8");

// Examples with a name of their own need packages that are installed separately: test/interop/sdks.test.ts runs them.
test("the examples in docs/auto-tracing.md run against the built packages", async () => {
  const server = await startModelServer();
  onTestFinished(server.close);
  const [setup, ...examples] = [...guide.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code = ""]) => code);
  expect(setup).toContain("init({ store });");
  expect(examples.length).toBeGreaterThan(5);
  expect(await recordExamples(examples, { folder: root, server })).toEqual([
    ["ask twice", "OK", 3],
    ["anthropic.messages.create", "OK", 1],
    ["ai.generateText", "OK", 2],
    ["RunnableSequence", "OK", 3],
    ["Agent workflow", "OK", 4],
    ["gemini.models.generateContent", "OK", 1],
    ["ollama.chat", "OK", 1],
    ["openai.embeddings.create", "OK", 1],
    ["openai.embeddings.create", "OK", 1],
    [`POST ${new URL(server.url).host}`, "OK", 1],
  ]);
});
