import { describe, expect, test } from "vitest";
import { useBrowser } from "./browsers.js";
import { useModelSite } from "./support/model-site.js";
import { runSdks } from "./support/run-sdks.js";

const site = useModelSite("sdks-page");

/** "?" marks a span whose parent was inferred: before the call, its SDK awaits something that cannot be followed. */
const trees: Record<string, string[][]> = {
  anthropic: [
    ["plain", "  anthropic.messages.create"],
    ["stream", "  anthropic.messages.create"],
    ["loop", "  anthropic.beta.messages.create ?", "  anthropic.beta.messages.create ?"],
  ],
  gemini: [
    ["plain", "  gemini.models.generateContent"],
    ["stream", "  gemini.models.generateContentStream"],
    ["loop", "  gemini.models.generateContent", "  gemini.models.generateContent ?"],
  ],
  ollama: [
    ["plain", "  ollama.chat"],
    ["stream", "  ollama.chat"],
    ["loop", "  ollama.chat", "  ollama.chat"],
  ],
  ai: [
    ["plain", "  ai.generateText ?", "    ai.generateText.doGenerate"],
    ["stream", "  ai.streamText ?", "    ai.streamText.doStream"],
    [
      "loop",
      "  ai.generateText ?",
      "    ai.generateText.doGenerate",
      "    weather",
      "    weather",
      "    ai.generateText.doGenerate",
    ],
  ],
  langchain: [
    ["plain", "  ChatOpenAI ?"],
    ["stream", "  ChatOpenAI ?"],
    ["loop", "  ChatOpenAI ?", "  weather ?", "  weather ?", "  ChatOpenAI ?"],
  ],
  agents: [
    ["plain", "  Agent workflow ?", "    Forecaster", "      turn 1", "        response"],
    ["stream", "  Agent workflow ?", "    Forecaster", "      turn 1", "        response"],
    [
      "loop",
      "  Agent workflow ?",
      "    Forecaster",
      "      turn 1",
      "        response",
      "        weather",
      "        weather",
      "      turn 2",
      "        response",
    ],
  ],
  fetch: [
    ["plain", "  POST loopback"],
    ["stream", "  POST loopback"],
    ["loop", "  GET loopback", "  GET loopback"],
  ],
  "language model": [["plain"], ["stream", "  LanguageModel.create"]],
};

describe("in Chromium", () => {
  const browser = useBrowser("chromium");

  test("the SDKs return the same as untraced, and each program is a tree", async (context) => {
    const page = await (await browser(context)).openPage();
    const found = await runSdks(page, site());
    const foundTrees = Object.entries(found).map(([name, run]) => [name, run.trees.map(withoutBundling)]);
    expect(Object.fromEntries(foundTrees)).toEqual(trees);
    await page.close();
  });
});

/** A bundler renames classes, and ports vary. */
function withoutBundling(tree: readonly string[]): string[] {
  return tree.map((line) =>
    line.replace("ChatOpenAI2", "ChatOpenAI").replace(/127\.0\.0\.1:\d+/, "loopback"),
  );
}
