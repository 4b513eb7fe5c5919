import { pathToFileURL } from "node:url";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useBrowser } from "../browser/browsers.js";
import { inForm, notebooksFolder, openJupyter, outputsOf, textOf, type Jupyter } from "./jupyter.js";
import { explainMissingPython, findPython } from "./python.mjs";

const hasJupyter = findPython("jupyter") !== undefined;
const chromium = useBrowser("chromium");

let jupyter: Jupyter;
beforeAll(async () => {
  if (hasJupyter) jupyter = await openJupyter();
});
afterAll(() => jupyter?.close());

const setup = `
import { createTracing, SpanType } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { show } from "@spanbook/widget";
const store = createMemoryStore();
const tracing = createTracing({ store });
async function ask(name, steps = 2) {
  await tracing.withSpan(async () => {
    for (let step = 1; step <= steps; step++) {
      await tracing.withSpan(() => new Promise((done) => setTimeout(done, 5)), { name: "step of " + name, spanType: SpanType.TOOL });
    }
  }, { name, spanType: SpanType.AGENT });
  await tracing.flush();
}`;
const pause = (ms: number) => `await new Promise((done) => setTimeout(done, ${ms}));`;

const twentyCells = Array.from(
  { length: 20 },
  (_, cell) => `${cell === 0 ? setup : ""}\nawait ask("question ${cell}");\nawait show(store);`,
);

describe.skipIf(!hasJupyter && process.env["CI"] !== "true")("Deno's kernel", () => {
  test("gives each of twenty cells its own output, as HTML and as text, four times out of four", async () => {
    for (let run = 1; run <= 4; run++) {
      const file = await jupyter.write("twenty.ipynb", twentyCells);
      const outputs = outputsOf(await jupyter.read(await jupyter.execute(file)));
      expect(outputs.map(({ length }) => length)).toEqual(twentyCells.map(() => 1));
      for (const [cell, [output]] of outputs.entries()) {
        expect(inForm(output, "text/html")).toContain(`<b>question ${cell}</b>`);
        expect(inForm(output, "text/plain")).toMatch(new RegExp(`^question ${cell} · AGENT`, "m"));
        expect(inForm(output, "text/html")).not.toContain(`<b>question ${cell + 2}</b>`);
      }
      // The first and the newest output have the library, and those in between do not.
      const carriers = outputs.flatMap(([output], cell) =>
        inForm(output, "text/html").includes("<!--spanbook-library ") ? [cell] : [],
      );
      expect(carriers).toEqual([0, 19]);
    }
  });

  test("updates an output in place, while the trace runs and when later cells add traces", async () => {
    const cells = [
      `${setup}\nawait show(store);`,
      `const open = tracing.startSpan({ name: "long one" });\nawait tracing.flush();\n${pause(1500)}`,
      `open.end();\nawait ask("another");\n${pause(1500)}`,
    ];
    const file = await jupyter.write("live.ipynb", cells);
    const outputs = outputsOf(await jupyter.read(await jupyter.execute(file)));
    expect(outputs.map(({ length }) => length)).toEqual([1, 0, 0]);
    expect(inForm(outputs[0]?.[0], "text/plain")).toMatch(/^OK.*\nanother[^]*\n\nOK.*\nlong one +\d/);
    const running = await jupyter.read(
      await jupyter.execute(await jupyter.write("open.ipynb", cells.slice(0, 2))),
    );
    expect(inForm(outputsOf(running)[0]?.[0], "text/plain")).toMatch(/^Running.*\nlong one +open/);
  });

  test("also shows a cell's last value, and rejects what cannot be shown", async () => {
    // The kernel loses some of what it shows by itself, but not all of six.
    const values = ["show(store)", "show(store)", "show(store)", "show(store)", "show(store)"];
    const cells = [
      `${setup}\nawait ask("plain");\nshow(store)`,
      ...values,
      `await show({ search: () => Promise.reject(new Error("no store")) }).then(undefined, ({ message }) => console.log(message))`,
      `await show(store, { maxTraces: 0 }).then(undefined, (error) => console.log(String(error)))`,
    ];
    const file = await jupyter.write("last.ipynb", cells);
    const outputs = outputsOf(await jupyter.read(await jupyter.execute(file)));
    const [failure, refusal] = outputs.slice(-2).flat();
    const shown = outputs.slice(0, -2).flat();
    expect(shown.length).toBeGreaterThan(0);
    for (const value of shown) expect(inForm(value, "text/html")).toContain("<!--spanbook-library ");
    expect(textOf(failure?.text)).toBe("no store\n");
    expect(textOf(refusal?.text)).toBe("RangeError: maxTraces must be an integer from 1, got 0\n");
  });

  test(
    "runs the notebooks 01 to 04, with what they describe in their outputs",
    { timeout: 120_000 },
    async () => {
      const outcome = async (name: string) => {
        const executed = outputsOf(
          await jupyter.read(await jupyter.execute(path.join(notebooksFolder, name))),
        );
        const texts = executed.flat().map((output) => textOf(output.text) + inForm(output, "text/plain"));
        const pictures = executed.flat().filter((output) => inForm(output, "text/html") !== "");
        for (const picture of pictures) {
          expect(inForm(picture, "text/html")).toContain("data:image/svg+xml;base64,");
        }
        return { pictures: pictures.length, text: texts.join("\n") };
      };
      const quickstart = await outcome("01-quickstart.ipynb");
      expect(quickstart.pictures).toBe(2);
      expect(quickstart.text).toContain(
        "So do not await a fetch between opening a transaction and its last request. [1]",
      );
      expect(quickstart.text).toMatch(/^├─ retrieve · RETRIEVER/m);
      const agents = await outcome("02-streaming-and-agents.ipynb");
      expect(agents.pictures).toBe(3);
      expect(agents.text).toMatch(/^├─ round 1[^]*readFile · TOOL .* failed[^]*├─ round 3/m);
      const feedback = await outcome("03-search-tags-feedback.ipynb");
      expect(feedback.pictures).toBe(3);
      expect(feedback.text).toMatch(/^5 of 12 went wrong$/m);
      const files = await outcome("04-files.ipynb");
      expect(files.pictures).toBe(2);
      expect(files.text).toMatch(/^second time: \{ sent: 0, alreadySent: \d+, requests: 0 \}$/m);
    },
  );
});

describe.skipIf(!hasJupyter && process.env["CI"] !== "true")(
  "what nbconvert makes of an executed notebook",
  () => {
    let executed: string;
    beforeAll(async () => {
      executed = await jupyter.execute(await jupyter.write("page.ipynb", twentyCells.slice(0, 4)));
    });

    test("shows the explorer in every output, from disk and without a network", async (context) => {
      const page = await (await chromium(context)).openPage();
      await page.chromium?.context().setOffline(true);
      await page.goto(pathToFileURL(await jupyter.convert(executed)).href);
      await page.waitFor(`[...document.querySelectorAll("spanbook-output")].filter(
      (output) => output.shadowRoot?.querySelector("spanbook-explorer")?.shadowRoot.querySelector("[role=row]")).length === 4`);
      expect(await page.evaluate(explorerText(0))).toContain("question 0");
      expect(page.requests).toEqual([]);
      expect(page.errors).toEqual([]);
      await page.chromium?.context().setOffline(false);
      await page.close();
    });

    test("offers the code of an edit to copy, and fits the width of a phone", async (context) => {
      const opened = await (await chromium(context)).openPage();
      const page = opened.chromium!;
      await opened.setSize(360, 900);
      await opened.goto(pathToFileURL(await jupyter.convert(executed)).href);
      const output = page.locator("spanbook-output").nth(1);
      const row = output.locator("[role=row][data-id]", { hasText: "question 1" });
      const traceId = await row.getAttribute("data-id");
      expect(traceId).toMatch(/^[0-9a-f]{32}$/);
      await row.click();
      await output.getByRole("button", { name: "About the trace" }).click();
      await output.getByRole("button", { name: "Add a tag" }).click();
      await output.getByRole("textbox", { name: "Key" }).fill("topic");
      await output.getByRole("textbox", { name: "Value" }).fill("law");
      await page.keyboard.press("Enter");
      const outcome = output.locator(".edit-outcome");
      expect(await outcome.locator("pre").innerText()).toBe(
        `await client.setTraceTag("${traceId}", "topic", "law");`,
      );
      expect(await outcome.innerText()).toContain("client = createClient(store)");
      // Neither the page nor what nbconvert puts around an output can scroll sideways.
      const hidden = await output.evaluate((shown) => {
        const around = [];
        for (let box = shown.parentElement; box; box = box.parentElement) around.push(box);
        return around.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
      });
      expect(Math.max(...hidden)).toBe(0);
      expect(opened.errors).toEqual([]);
      await opened.close();
    });

    test("is dark in all of its parts if its page is", async (context) => {
      const page = await (await chromium(context)).openPage();
      await page.goto(pathToFileURL(await jupyter.convert(executed, "--dark")).href);
      await page.waitFor(`${explorerText(3)}.includes("question 3")`);
      const schemes = await page.evaluate(
        `[...document.querySelectorAll("spanbook-output")].map((output) => getComputedStyle(output.shadowRoot.firstElementChild).colorScheme)`,
      );
      expect(schemes).toEqual(["dark", "dark", "dark", "dark"]);
      await page.close();
    });

    test("has names, durations and a timeline of characters if it is sanitised", async (context) => {
      const page = await (await chromium(context)).openPage();
      await page.goto(pathToFileURL(await jupyter.convert(executed, "--sanitize")).href);
      const text = await page.evaluate<string>("document.body.innerText");
      expect(text).toMatch(/question 3\s+AGENT\s+at 0 ms\s+[\d.]+ ms\s+█{24}/);
      expect(text).toMatch(/step of question 3_2\s+TOOL\s+at [\d.]+ ms\s+[\d.]+ ms\s+█/);
      expect(page.requests).toEqual([]);
      await page.close();
    });
  },
);

/** An expression for the text of an output's explorer. */
function explorerText(index: number): string {
  return `(document.querySelectorAll("spanbook-output")[${index}]?.shadowRoot?.querySelector("spanbook-explorer")?.shadowRoot.textContent ?? "")`;
}

describe.skipIf(!hasJupyter && process.env["CI"] !== "true")("JupyterLab", () => {
  let lab: Awaited<ReturnType<Jupyter["openLab"]>>;
  beforeAll(async () => {
    lab = await jupyter.openLab();
  });
  afterAll(() => lab?.close());

  async function openNotebook(page: Page, file: string): Promise<void> {
    await page.goto(`${lab.url}/tree/${path.basename(file)}?reset`);
    await page.waitForSelector(".jp-Notebook .jp-Cell");
    // Until its kernel is there, running a cell opens a dialog that asks for one.
    const status = "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status";
    await page.waitForFunction(`globalThis.jupyterapp && globalThis.${status} === "idle"`);
  }

  function command(page: Page, id: string, options = {}): Promise<void> {
    return page.evaluate(
      async ([name, given]) => {
        const { jupyterapp } = globalThis as unknown as {
          jupyterapp: { commands: { execute(id: string, options: object): Promise<unknown> } };
        };
        await jupyterapp.commands.execute(name as string, given as object);
      },
      [id, options] as const,
    );
  }

  test("keeps an output alive: updated, saved, reloaded, in a copied view, in both themes", async (context) => {
    const opened = await (await chromium(context)).openPage();
    const page = opened.chromium!;
    await page.setViewportSize({ width: 1300, height: 900 });
    const file = await jupyter.write("lab.ipynb", [
      `${setup}\nawait ask("first");\nawait show(store);`,
      `await ask("second");`,
      `await ask("third", 3);`,
    ]);
    await openNotebook(page, file);
    await command(page, "notebook:run-cell-and-select-next");
    await opened.waitFor(`${explorerText(0)}.includes("step of first")`);
    await page.evaluate(
      `document.querySelector("spanbook-output").shadowRoot.querySelector("spanbook-explorer").id = "kept"`,
    );

    await command(page, "notebook:run-all-below");
    await opened.waitFor(`/third[^]*second[^]*first/.test(${explorerText(0)})`);
    // The same explorer, although the host has replaced the older output with a newer one.
    expect(
      await opened.evaluate(
        `document.querySelector("spanbook-output").shadowRoot.querySelector("#kept") !== null`,
      ),
    ).toBe(true);

    await command(page, "docmanager:save");
    await openNotebook(page, file);
    await opened.waitFor(`${explorerText(0)}.includes("third")`);
    await page.locator("spanbook-explorer [role=row]", { hasText: "third" }).first().click();
    await opened.waitFor(`${explorerText(0)}.includes("step of third")`);

    const cells = () => opened.evaluate<number>(`document.querySelectorAll(".jp-Notebook .jp-Cell").length`);
    const active = () =>
      opened.evaluate<number>(
        `[...document.querySelectorAll(".jp-Notebook .jp-Cell")].findIndex((cell) => cell.classList.contains("jp-mod-active"))`,
      );
    const before = [await cells(), await active()];
    await page.locator("spanbook-explorer [role=treegrid] [role=row]").nth(1).click();
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press("ArrowDown", "ArrowDown", "ArrowUp", "a", "b", "d", "d", "x", "m");
    // The next trace, and back.
    await press("j");
    await opened.waitFor(`${explorerText(0)}.includes("step of second")`);
    await press("k");
    await opened.waitFor(`${explorerText(0)}.includes("step of third")`);
    await press("Enter", "Escape");
    expect([await cells(), await active()]).toEqual(before);

    const shade = `getComputedStyle(document.querySelector("spanbook-output").shadowRoot.querySelector("spanbook-explorer")).backgroundColor`;
    const light = await opened.evaluate<string>(shade);
    await command(page, "apputils:change-theme", { theme: "JupyterLab Dark" });
    await opened.waitFor(`${shade} !== "${light}" && document.body.dataset.jpThemeLight === "false"`);
    await command(page, "apputils:change-theme", { theme: "JupyterLab Light" });
    await opened.waitFor(`${shade} === "${light}"`);

    await page.locator(".jp-Notebook .jp-InputPrompt").first().click();
    await command(page, "notebook:create-output-view");
    await opened.waitFor(`document.querySelectorAll("spanbook-output").length === 2`);
    for (const view of [0, 1]) await opened.waitFor(`${explorerText(view)}.includes("third")`);
    await page
      .locator("spanbook-output")
      .last()
      .locator("spanbook-explorer [role=row]", { hasText: "second" })
      .first()
      .click();
    await opened.waitFor(
      `${explorerText(0)}.includes("step of second") || ${explorerText(1)}.includes("step of second")`,
    );
    await opened.close();
  });

  test("shows the static form in a notebook that is not trusted, and the explorer once it is", async (context) => {
    const opened = await (await chromium(context)).openPage();
    const page = opened.chromium!;
    const executed = await jupyter.execute(await jupyter.write("strange.ipynb", twentyCells.slice(0, 3)));
    await openNotebook(page, executed);
    const output = page.locator(".jp-OutputArea-output").first();
    await output.locator("table").first().waitFor();
    expect(await page.locator("spanbook-output, .jp-OutputArea-output script").count()).toBe(0);
    expect(await output.innerText()).toMatch(
      /question 0[^]*step of question 0_1\s+TOOL\s+at [\d.]+ (m|µ)s\s+[\d.]+ ms/,
    );
    expect(await output.locator("img").evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(
      900,
    );

    // It asks first; the answer may come after the page has gone.
    command(page, "notebook:trust").catch(() => undefined);
    await page.locator(".jp-Dialog .jp-mod-accept").click();
    for (const index of [0, 1, 2]) {
      await opened.waitFor(`${explorerText(index)}.includes("question ${index}")`);
    }
    await opened.close();
  });
});

if (!hasJupyter) test("needs Jupyter", ({ skip }) => skip(explainMissingPython("jupyter")));
