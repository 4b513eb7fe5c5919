/** The examples of the READMEs and of the guides to stores and explorer, as written, in an empty project with the packed packages. */
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test, type TestContext } from "vitest";
import { installPacked } from "../../build/install-packed.mjs";
import { serveFolder } from "../../build/serve-folder.mjs";
import { browserNames, useBrowser } from "../browser/browsers.js";
import { readGuidePrograms } from "../support/guide-programs.js";
import { demoTraces } from "../support/traces.js";

const runFile = promisify(execFile);
const explorer = `document.querySelector("spanbook-explorer")`;
const shows = (text: string) => `${explorer}?.shadowRoot.textContent.includes(${JSON.stringify(text)})`;

const readme = readGuidePrograms("README.md");
const widgetReadme = readGuidePrograms("packages/widget/README.md");
const widgetGuide = readGuidePrograms("docs/widget.md");

const itsStore = `
  import { createTracing } from "@spanbook/core";
  import { createMemoryStore } from "@spanbook/core/memory";
  globalThis.store = createMemoryStore();
  createTracing({ store }).withSpan(() => "because", { name: "why" });
`;

/** The script of each page, and what holds once it has run. */
const pages: Record<string, readonly [script: string, holds: string]> = {
  "README.md": [readme["page.js"]!, shows("ask")],
  "packages/store-idb/README.md": [
    `${readGuidePrograms("packages/store-idb/README.md")["page.js"]}; document.title = store.kind;`,
    `document.title === "idb-worker"`,
  ],
  "docs/stores.md": [
    `import { flush, withSpan } from "@spanbook/core";
    const told = [];
    console.log = (...words) => told.push(words.slice(0, 2).join(" "));
    ${readGuidePrograms("docs/stores.md")["page.js"]}
    withSpan(() => 1, { name: "one" });
    await flush();
    setInterval(() => (document.title = told.join()));`,
    `/[1-9] traces changed/.test(document.title)`,
  ],
  "packages/widget/README.md": [
    `${itsStore}; ${widgetReadme["show.js"]}; document.title = html.slice(0, 15);`,
    `document.title === "<!doctype html>" && ${shows("why")}`,
  ],
  "docs/widget.md": [widgetGuide["bundled.js"]!, shows("hello")],
};

const htmlWith = (script: string) =>
  `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
  <body><script type="module" src="./${script}"></script>`;

let folder: string;
let site: Awaited<ReturnType<typeof serveFolder>>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "spanbook-readmes-"));
  await installPacked(folder);
  site = await serveFolder(folder);
});
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true });
});

async function runProgram(name: string, code: string): Promise<string> {
  await writeFile(path.join(folder, name), code);
  const { stdout, stderr } = await runFile(process.execPath, ["--throw-deprecation", name], { cwd: folder });
  expect(stderr).toBe("");
  return stdout;
}

describe("in Node", () => {
  test("README.md records into a file, prints the trace, and writes a report", async () => {
    await runProgram("record.mjs", readme["record.mjs"]!);
    const printed = await runProgram("report.mjs", readme["report.mjs"]!);
    expect(printed).toMatch(/ask[^]*└─ retrieve/);
    expect(await readFile(path.join(folder, "report.html"), "utf8")).toContain("<title>Appeals</title>");
    expect(await readdir(folder)).toContain("traces.db");
  });

  test("packages/store-sqljs/README.md reads what was recorded", async () => {
    const { "read.mjs": code } = readGuidePrograms("packages/store-sqljs/README.md");
    const printed = await runProgram(
      "read.mjs",
      `${code}\nconsole.log(traces.map(({ info }) => info.name));`,
    );
    expect(printed.trim()).toBe("[ 'ask' ]");
  });

  test("packages/core/README.md prints a trace as OTLP", async () => {
    const { "record.mjs": code = "" } = readGuidePrograms("packages/core/README.md");
    const { resourceSpans } = JSON.parse(await runProgram("core.mjs", code)) as {
      resourceSpans: { scopeSpans: { spans: { name: string }[] }[] }[];
    };
    const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    expect(spans.map(({ name }) => name).sort()).toEqual(["ask", "double"]);
  });

  test("the commands of README.md and packages/spanbook/README.md do what they say", async () => {
    const texts = await Promise.all(
      ["README.md", "packages/spanbook/README.md"].map((file) => readFile(file, "utf8")),
    );
    const commands = texts.flatMap((text) => text.match(/^npx spanbook .*$/gm) ?? []);
    // That one goes on until it is stopped: test/spanbook/receiver.test.ts.
    const ending = commands.filter((command) => !command.startsWith("npx spanbook receive"));
    expect([commands.length, ending.length]).toEqual([4, 3]);
    const programs = path.join(folder, "programs");
    await mkdir(programs);
    await writeFile(path.join(programs, "xdg-open"), `#!/bin/sh\necho "opened $1"\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${programs}:${process.env["PATH"]}` };
    for (const command of ending) await runFile("bash", ["-c", command], { cwd: folder, env });
  });
});

describe("in a page", () => {
  const names = Object.keys(pages);

  beforeAll(async () => {
    const files: Record<string, string> = {
      "store.js": itsStore,
      "element.html": `${htmlWith("store.js")}${widgetReadme["element.html"]}`,
      "plain/index.html": widgetGuide["plain.html"]!,
      "plain/traces.json": JSON.stringify(demoTraces()),
      "favicon.ico": "",
    };
    for (const [index, [script]] of Object.values(pages).entries()) {
      files[`page${index}.js`] = script;
      files[`page${index}.html`] = htmlWith(`page${index}.js`);
    }
    await mkdir(path.join(folder, "plain"));
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    const single = "spanbook-widget.js";
    await copyFile(
      path.join(folder, "node_modules/@spanbook/widget/dist", single),
      path.join(folder, "plain", single),
    );
    const input = [...names.map((_, index) => `page${index}.html`), "element.html"];
    await build({
      configFile: false,
      logLevel: "error",
      root: folder,
      base: "./",
      build: {
        outDir: "built",
        target: "es2022",
        minify: false,
        rollupOptions: { input: input.map((name) => path.join(folder, name)) },
      },
    });
  });

  describe.each(browserNames)("of %s", (browserName) => {
    const browser = useBrowser(browserName);

    async function see(context: TestContext, place: string, holds: string): Promise<void> {
      const page = await (await browser(context)).openPage();
      await page.goto(`${site.origin}/${place}`);
      await page.waitFor(holds);
      expect(page.errors).toEqual([]);
      await page.close();
    }

    for (const [index, name] of names.entries()) {
      test(`${name} does what it says, bundled by Vite`, (context) =>
        see(context, `built/page${index}.html`, pages[name]![1]));
    }

    test("packages/widget/README.md shows a store in the page's own element", (context) =>
      see(context, "built/element.html", shows("why")));

    test("docs/widget.md shows traces without a bundler", (context) =>
      see(context, "plain/index.html", `${explorer}?.shadowRoot.querySelectorAll("[data-id]").length === 5`));
  });
});
