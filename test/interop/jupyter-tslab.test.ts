import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useBrowser } from "../browser/browsers.js";
import {
  hasTslab,
  inForm,
  openJupyter,
  outputsOf,
  textOf,
  type CellOutput,
  type Jupyter,
} from "./jupyter.js";
import { explainMissingPython, findPython } from "./python.mjs";

const hasJupyter = findPython("jupyter") !== undefined;
const canRun = hasJupyter && hasTslab;
const chromium = useBrowser("chromium");

// Its TypeScript does not know "exports" of packages, so importing them is an error there; `require` is not checked.
const cells = [
  `
const { createTracing, SpanType } = require("@spanbook/core");
const { createMemoryStore } = require("@spanbook/core/memory");
const { show } = require("@spanbook/widget/notebook");
import { display } from "tslab";
const store = createMemoryStore();
const tracing = createTracing({ store });
await tracing.withSpan(
  () => tracing.withSpan(() => "found", { name: "look it up", spanType: SpanType.TOOL }),
  { name: "question", spanType: SpanType.AGENT },
);
await tracing.flush();`,
  `display.html(await show(store).html());`,
  `await show(store);`,
];

describe.skipIf(!canRun && process.env["CI"] !== "true")("tslab's kernel", () => {
  let jupyter: Jupyter;
  let executed: string;
  let outputs: (readonly CellOutput[])[];
  beforeAll(async () => {
    jupyter = await openJupyter();
    executed = await jupyter.execute(await jupyter.write("tslab.ipynb", cells, "tslab"));
    outputs = outputsOf(await jupyter.read(executed));
  });
  afterAll(() => jupyter?.close());

  test("shows what its display is given: the static form, and the library beside it", () => {
    const [made, shown] = outputs;
    expect(made).toEqual([]);
    expect(shown).toHaveLength(1);
    const html = inForm(shown?.[0], "text/html");
    expect(html).toContain("<b>question</b>");
    expect(html).toContain("look it up");
    expect(html).toContain("data:image/svg+xml;base64,");
    expect(html).toContain("<!--spanbook-library ");
  });

  test("prints the tree when show is awaited", () => {
    const text = (outputs[2] ?? []).map((output) => textOf(output.text)).join("");
    expect(text).toMatch(/^OK, .*\nquestion · AGENT .*\n└─ look it up · TOOL /);
  });

  test("has the explorer in the page that nbconvert makes of it, which requests nothing", async (context) => {
    const page = await (await chromium(context)).openPage();
    await page.chromium?.context().setOffline(true);
    await page.goto(pathToFileURL(await jupyter.convert(executed)).href);
    await page.waitFor(
      `/question/.test(document.querySelector("spanbook-output")?.shadowRoot?.querySelector("spanbook-explorer")?.shadowRoot.textContent)`,
    );
    expect(page.requests).toEqual([]);
    expect(page.errors).toEqual([]);
    await page.chromium?.context().setOffline(false);
    await page.close();
  });
});

if (!canRun) {
  const reason = hasJupyter
    ? 'tslab is not there: run "node test/interop/install.mjs"'
    : explainMissingPython("jupyter");
  test("needs Jupyter and tslab", ({ skip }) => skip(reason));
}
