import { fileURLToPath } from "node:url";
import { describeSpan, type Trace } from "@spanbook/core/model";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveFolder } from "../../build/serve-folder.mjs";
import { browserNames, useBrowser, type TestBrowser, type TestPage } from "../browser/browsers.js";
import { axeSource } from "../browser/support/open-widget.js";

// notebooks/07-in-browser-ai.html, on what was built: real retrieval in a worker, a real count-based model in the page.

let site: Awaited<ReturnType<typeof serveFolder>>;

beforeAll(async () => {
  site = await serveFolder(fileURLToPath(new URL("../../", import.meta.url)));
});

afterAll(() => site.close());

const isReady = `document.body?.dataset.state === "ready"`;
const explorer = `document.querySelector("spanbook-explorer")`;
const card = (state: string) => `document.querySelector("article[data-state=${state}]")`;

async function openDemo(browser: TestBrowser): Promise<TestPage> {
  const page = await browser.openPage();
  await page.goto(`${site.origin}/notebooks/07-in-browser-ai.html`);
  await page.waitFor(isReady);
  return page;
}

async function ask(page: TestPage, question: string): Promise<void> {
  await page.evaluate(`document.querySelector("#question").focus()`);
  await page.type(question);
  await page.press("Enter");
}

/** The stored traces of that name, newest first. */
function tracesOf(page: TestPage, name: string): Promise<readonly Trace[]> {
  return page.evaluate(
    `${explorer}.source.search({ filter: "name = '${name}'", includeSpans: true }).then(({ traces }) => traces)`,
  );
}

describe.each(browserNames)("the page with an assistant, in %s", (name) => {
  const browser = useBrowser(name);

  test("answers in one trace across page and worker, fails in another, and has both after a reload", async (context) => {
    const page = await openDemo(await browser(context));
    await ask(page, "Is anything lost when the worker dies?");
    await page.waitFor(`${card("done")} !== null && ${isReady}`);
    const text = await page.evaluate<string>(`${card("done")}.querySelector(".answer-text").textContent`);
    expect(text.split(" ").length).toBeGreaterThan(8);
    expect(await page.evaluate(`${card("done")}.textContent`)).toContain("docs/stores.md");

    const [trace] = await tracesOf(page, "answer");
    const { spans } = trace!.data;
    const parentName = ({ parentSpanId }: (typeof spans)[number]) =>
      spans.find(({ spanId }) => spanId === parentSpanId)?.name;
    expect(new Map(spans.map((span) => [span.name, parentName(span)]))).toEqual(
      new Map([
        ["answer", undefined],
        ["retrieve", "answer"],
        ["search", "retrieve"],
        ["rerank", "retrieve"],
        ["compose", "answer"],
        ["checkGrounding", "answer"],
      ]),
    );
    expect(spans.filter(({ attributes }) => "spanbook.parent" in attributes)).toEqual([]);
    const compose = spans.find((span) => span.name === "compose")!;
    expect(describeSpan(compose)).toMatchObject({ type: "LLM", model: "n-gram-4", outputs: text });
    // Token by token: each is an event.
    expect(compose.events?.length).toBeGreaterThan(8);
    expect(trace!.info.tokenUsage?.outputTokens).toBe(compose.events?.length);
    await page.waitFor(
      `${explorer}.source.get("${trace!.info.traceId}").then(({ info }) => info.assessments?.some(({ name }) => name === "grounded"))`,
    );

    await ask(page, "How do I bake sourdough?");
    await page.waitFor(
      `${card("failed")}?.textContent.includes("nothing in the guides is about that") && ${isReady}`,
    );
    await page.evaluate(`${card("failed")}.querySelector(".answer-foot button").click()`);
    await page.waitFor(
      `${explorer}.shadowRoot.textContent.includes("nothing in the guides is about that") && ${card("failed")}.hasAttribute("data-shown")`,
    );

    await page.goto(`${site.origin}/notebooks/07-in-browser-ai.html`);
    await page.waitFor(isReady);
    expect(await page.evaluate(`document.querySelector("#kept").textContent`)).toBe(
      "This browser has kept 3 traces of earlier visits.",
    );
    expect(await page.evaluate(`document.querySelectorAll("#earlier li").length`)).toBe(2);
    await page.waitFor(`${explorer}.shadowRoot.querySelectorAll("[role=row][data-id]").length === 4`);
    expect(page.errors).toEqual([]);
    await page.close();
  });
});

describe("the page with an assistant, in chromium", () => {
  const browser = useBrowser("chromium");

  test("stops when told to, and the trace has what was written until then", async (context) => {
    const page = await openDemo(await browser(context));
    // A frame comes whenever the test looks, and with it a token.
    await page.evaluate(`globalThis.waiting = [];
      globalThis.requestAnimationFrame = (callback) => waiting.push(callback);
      globalThis.giveFrame = () => waiting.splice(0).forEach((callback) => callback(performance.now()));`);
    const wordCount = `document.querySelector("article .answer-text").textContent.split(" ").length`;
    await ask(page, "Is anything lost when the worker dies?");
    await page.waitFor(`${card("working")} !== null && (${wordCount} > 2 || giveFrame())`);
    await page.evaluate(`document.querySelector("#stop").click()`);
    await page.waitFor(`(giveFrame(), ${card("stopped")} !== null && ${isReady})`);
    expect(await page.evaluate(wordCount)).toBeLessThan(8);
    const [trace] = await tracesOf(page, "answer");
    const compose = trace!.data.spans.find((span) => span.name === "compose")!;
    expect(trace!.info.state).toBe("OK");
    expect(compose.endTimeUnixNano).toBeDefined();
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("accepts a reader's own model, and keeps the one it has if that cannot be loaded", async (context) => {
    const page = await openDemo(await browser(context));
    const choose = (moduleUrl: string) =>
      page.evaluate(`(() => {
        const form = document.querySelector("#writers");
        form.elements.kind.value = "transformers";
        form.dispatchEvent(new Event("change", { bubbles: true }));
        form.elements.moduleUrl.value = ${JSON.stringify(moduleUrl)};
        form.elements.model.value = "tiny";
        form.requestSubmit();
      })()`);
    const writer = `document.querySelector("#writer").textContent`;
    await choose(`${site.origin}/there-is-no-such-module.js`);
    await page.waitFor(
      `document.querySelector("#writer-note").textContent.startsWith("That could not be loaded")`,
    );
    expect(await page.evaluate(writer)).toBe("n-gram-4 (this page)");
    // The part of the library's interface that is used, without its weights.
    await choose(`data:text/javascript,${encodeURIComponent(transformersInterface)}`);
    await page.waitFor(`${writer} === "tiny (transformers.js)"`);
    await ask(page, "Can two tabs share one store?");
    await page.waitFor(`${card("done")}?.textContent.includes("Asked with 2 messages.")`);
    const [trace] = await tracesOf(page, "answer");
    const compose = trace!.data.spans.find((span) => span.name === "compose")!;
    expect(describeSpan(compose)).toMatchObject({
      model: "tiny",
      provider: "transformers.js",
      outputs: "Asked with 2 messages.",
    });
    expect(trace!.info.tokenUsage?.outputTokens).toBe(4);
    await page.close();
  });

  test("says why it could not get ready, and shows the trace of that", async (context) => {
    const page = await (await browser(context)).openPage();
    await page.chromium!.route("**/docs/stores.md", (route) => route.fulfill({ status: 503 }));
    await page.goto(`${site.origin}/notebooks/07-in-browser-ai.html`);
    await page.waitFor(`document.body.dataset.state === "failed"`);
    expect(await page.evaluate(`document.querySelector("#stage").textContent`)).toBe(
      "The page could not get ready: the guide stores could not be fetched: 503",
    );
    expect(await page.evaluate(`document.querySelector("#submit").disabled`)).toBe(true);
    await page.waitFor(`${explorer}.shadowRoot.querySelector("[role=row][data-id]") !== null`);
    const [trace] = await tracesOf(page, "prepare");
    expect(trace!.info.state).toBe("ERROR");
    await page.close();
  });

  test("has no violation that axe finds, at 360 pixels and wide, light and dark", async (context) => {
    const page = await openDemo(await browser(context));
    await page.evaluate(axeSource);
    await page.evaluate(`document.querySelector(".writers").open = true`);
    await ask(page, "Is anything lost when the worker dies?");
    await page.waitFor(`${card("done")} !== null && ${isReady}`);
    for (const scheme of ["light", "dark"]) {
      for (const width of [360, 1400]) {
        await page.setSize(width, 800);
        await page.evaluate(`document.documentElement.style.colorScheme = "${scheme}"`);
        expect(
          await page.evaluate(`axe.run({ exclude: ["spanbook-explorer"] }, { resultTypes: ["violations"] }).then(({ violations }) =>
            violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 200)).join(" | ")))`),
          `${scheme}, ${width} px`,
        ).toEqual([]);
        expect(await page.evaluate(`document.documentElement.scrollWidth <= innerWidth`)).toBe(true);
      }
    }
    await page.close();
  });
});

const transformersInterface = `
  export class InterruptableStoppingCriteria { interrupt() {} }
  export class TextStreamer {
    constructor(tokenizer, options) { Object.assign(this, options); }
  }
  export async function pipeline(task, model, { progress_callback }) {
    progress_callback({ status: "progress", file: "weights", progress: 50 });
    const generate = async (messages, { streamer }) => {
      for (const text of ["Asked ", "with ", messages.length + " ", "messages."]) {
        streamer.token_callback_function([1n]);
        streamer.callback_function(text);
      }
    };
    return Object.assign(generate, { tokenizer: {} });
  }`;
