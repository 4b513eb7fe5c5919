/** The explorer for Python users, as docs/python.md describes it: notebooks, JupyterLab and marimo with a real kernel. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { decodeOtlpProtobuf, encodeOtlpProtobuf } from "@spanbook/core/protobuf";
import type { ExplorerElement } from "@spanbook/widget/element";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useBrowser } from "../browser/browsers.js";
import { openLab, toJupyterEnvironment, type Lab } from "./python-lab.js";
import { explainMissingPython, findPython } from "./python.mjs";
import { openServer } from "./servers.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const python = findPython("python");
const browser = useBrowser("chromium");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "spanbook-notebooks-"));
  for (const file of [
    ...["notebooks/spanbook.py", "notebooks/05-python-traces.ipynb", "packages/widget/dist/anywidget.js"],
    ...["crewai-agents", "autogen-agents", "dspy-program"].map(
      (name) => `test/fixtures/python/${name}.jsonl`,
    ),
  ]) {
    await cp(path.join(root, file), path.join(folder, path.basename(file)));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
beforeEach((context) => {
  if (python === undefined) context.skip(explainMissingPython("python"));
});

interface Notebook {
  readonly cells: readonly {
    readonly cell_type: string;
    readonly outputs: readonly {
      readonly output_type: string;
      readonly data?: Readonly<Record<string, unknown>>;
    }[];
  }[];
}

/** Writes a notebook of these cells into the folder. */
async function writeNotebook(file: string, sources: readonly string[]): Promise<void> {
  const cells = sources.map((source, index) => ({
    ...{ cell_type: "code", id: `cell-${index}`, execution_count: null, metadata: {}, outputs: [], source },
  }));
  const metadata = { kernelspec: { name: "python3", display_name: "Python 3" } };
  await writeFile(
    path.join(folder, file),
    JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }),
  );
}

/** Runs a notebook as nbconvert does; rejects with the traceback if a cell fails. */
async function convert(file: string, ...options: readonly string[]): Promise<void> {
  await promisify(execFile)(python!, ["-m", "nbconvert", ...options, file], {
    cwd: folder,
    env: toJupyterEnvironment(folder),
  });
}

async function run(file: string): Promise<Record<string, unknown>[]> {
  const target = `run-${file}`;
  await convert(
    file,
    "--to=notebook",
    "--execute",
    `--output=${target}`,
    "--ExecutePreprocessor.store_widget_state=False",
  );
  const { cells } = JSON.parse(await readFile(path.join(folder, target), "utf8")) as Notebook;
  return cells.flatMap(({ outputs = [] }) => outputs.flatMap(({ data }) => (data ? [data] : [])));
}

const textOf = (data: unknown) => [data].flat().join("");
const widgetType = "application/vnd.jupyter.widget-view+json";

describe("a notebook with a Python kernel", () => {
  test("shows what MLflow and OpenTelemetry recorded, and has a static form for hosts that run no widgets", async (context) => {
    const outputs = await run("05-python-traces.ipynb");
    expect(outputs.filter((data) => widgetType in data)).toHaveLength(3);
    const forms = outputs.flatMap((data) => ("text/html" in data ? [textOf(data["text/html"])] : []));
    expect(forms).toHaveLength(3);
    for (const name of ["retrieve", "best_sentence", "failed"]) expect(forms[0]).toContain(name);
    for (const name of ["read notes", "read<", "failed"]) expect(forms[1]).toContain(name);
    for (const name of ["read notes", "best_sentence"]) expect(forms[2]).toContain(name);
    expect(outputs.map((data) => textOf(data["text/plain"]))).toContain("Explorer(5 traces)");

    await convert("run-05-python-traces.ipynb", "--to=html", "--output=traces.html");
    const page = await (await browser(context)).openPage();
    await page.chromium!.context().setOffline(true);
    await page.goto(pathToFileURL(path.join(folder, "traces.html")).href);
    expect(await page.evaluate<string>("document.body.innerText")).toContain("best_sentence");
    await page.chromium!.context().setOffline(false);
    await page.close();
  });

  test("gets the spans of OpenTelemetry's SDK as its own exporter would send them", async () => {
    await writeFile(path.join(folder, "spans.py"), spansProgram);
    const { stdout } = await promisify(execFile)(python!, ["spans.py"], { cwd: folder });
    const [document = "", protobuf = ""] = stdout.split("\n");
    const written = encodeOtlpProtobuf(JSON.parse(document) as { resourceSpans: object[] });
    expect(decodeOtlpProtobuf(written)).toEqual(decodeOtlpProtobuf(Buffer.from(protobuf, "base64")));
  });

  test("reads files with a byte order mark or in UTF-16, and says in the static form if none could be read", async () => {
    await writeFile(path.join(folder, "marks.py"), marksProgram);
    const { stdout } = await promisify(execFile)(python!, ["marks.py"], { cwd: folder });
    const [utf8, utf16, other, none] = stdout.trim().split("\n");
    expect(utf8).toContain("Forecaster.forward");
    expect(utf16).toBe(utf8);
    expect(other).toBe("<p>No traces could be read.</p>");
    expect(none).toBe("<p>No traces yet.</p>");
  });

  test("runs what the guide shows, as it is written", async () => {
    const guide = await readFile(path.join(root, "docs/python.md"), "utf8");
    const blocks = [...guide.matchAll(/^```python\n([^]*?)^```$/gm)].map(([, code = ""]) => code);
    await writeNotebook("guide.ipynb", blocks);
    const outputs = await run("guide.ipynb");
    expect(outputs.filter((data) => widgetType in data)).toHaveLength(blocks.length);
  });
});

describe("JupyterLab with a Python kernel", () => {
  let lab: Lab;
  const files = `["crewai-agents.jsonl", "autogen-agents.jsonl", "dspy-program.jsonl"]`;
  beforeAll(async () => {
    if (python === undefined) return;
    await writeNotebook("lab.ipynb", [
      `import spanbook\nexplorer = spanbook.show(${files}, height=420)\nexplorer`,
      "explorer",
      `spanbook.show('{"metrics": 1}')`,
      "spanbook.show([])",
    ]);
    lab = await openLab(python, folder);
    await lab.open("lab.ipynb");
    await lab.command("notebook:run-all-cells");
    for (const cell of [0, 1]) {
      await lab.output(cell).locator("spanbook-explorer [data-id]").first().waitFor();
    }
  });
  afterAll(() => lab?.close());

  const explorer = (cell: number) => lab.output(cell).locator("spanbook-explorer");
  const selection = () => lab.python("print(explorer.selection)");

  test("shows several views of one explorer, each of which opens what another or Python opens", async () => {
    await explorer(0).getByText("RoundRobinGroupChat").first().click();
    await explorer(1).getByText("19 spans").first().waitFor();
    await expect.poll(selection).toMatch(/^{'trace_id': '[0-9a-f]{32}', 'span_id': None}$/);
    await lab.python("explorer.selection = None");
    await explorer(0).getByText("Traces").first().waitFor();
    const traceId = "tr-8cf61a899891f59d499471fadf7cea4d";
    await lab.python(`explorer.selection = {"trace_id": "${traceId}", "span_id": None}`);
    for (const cell of [0, 1]) await explorer(cell).getByText("Forecaster.forward").first().waitFor();
    await explorer(0).getByText("Tool.weather").first().click();
    await expect.poll(selection).toMatch(/'span_id': '[0-9a-f]{16}'/);
    await lab.python("explorer.selection = None");
  });

  test("keeps keys pressed inside the explorer from its cells", async () => {
    const state = () =>
      lab.page.evaluate(
        "(({ activeCellIndex, widgets }) => [activeCellIndex, widgets.length])(panel.content)",
      );
    await explorer(1).locator("[data-id]").first().click();
    const before = await state();
    for (const key of ["ArrowDown", "ArrowUp", "b", "a", "x"]) await lab.page.keyboard.press(key);
    expect(await state()).toEqual(before);
    // JupyterLab sends changes one by one: one still on its way would undo what Python sets.
    const { spanId } = await explorer(1).evaluate((element) => (element as ExplorerElement).value!);
    await expect.poll(selection).toContain(spanId);
    await lab.python("explorer.selection = None");
  });

  test("says what was expected if traces cannot be read, and says so if there are none", async () => {
    await expect
      .poll(() => lab.output(2).innerText())
      .toBe(
        "The traces cannot be shown: traces[0]: not OTLP JSON: line 1: expected an object with resourceSpans, got an object with metrics.",
      );
    await expect.poll(() => lab.output(3).innerText()).toBe("No traces yet.");
    expect(await lab.python("spanbook.show(7)")).toContain(
      "TypeError: expected traces, spans, a file or JSON, or a list of these, got int",
    );
  });

  test("follows the theme without a reload", async () => {
    const background = () => explorer(0).evaluate((element) => getComputedStyle(element).backgroundColor);
    const light = await background();
    const change = async (theme: string) => {
      await lab.command("apputils:change-theme", { theme });
      // JupyterLab shows a splash screen meanwhile, and fails if that is still there at the next change.
      await lab.page.locator("#jupyterlab-splash").waitFor({ state: "detached" });
    };
    await change("JupyterLab Dark");
    await expect.poll(background).not.toBe(light);
    await change("JupyterLab Light");
    await expect.poll(background).toBe(light);
  });

  test("takes 10 MB, and keeps the reader's place as traces arrive, change and go", async () => {
    await lab.python(manyTraces);
    await lab.python("explorer.update(documents(200))");
    await explorer(0).getByText("200", { exact: true }).first().waitFor();
    const scrollTop = () =>
      explorer(0).evaluate((element) => {
        const scrollers = [...element.shadowRoot!.querySelectorAll(".scroller")];
        return Math.max(...scrollers.map((scroller) => scroller.scrollTop));
      });
    await explorer(0).locator("[data-id]").first().hover();
    await lab.page.mouse.wheel(0, 1600);
    await expect.poll(scrollTop).toBeGreaterThan(500);
    const before = await scrollTop();
    await lab.python("explorer.update(documents(200) + ['crewai-agents.jsonl'])");
    await explorer(0).getByText("201", { exact: true }).first().waitFor();
    const rowPx = 32;
    expect(Math.abs((await scrollTop()) - before)).toBeLessThanOrEqual(rowPx);

    await explorer(0).locator("[data-id]").nth(5).click();
    await expect.poll(selection).toContain("trace_id");
    const open = await selection();
    await lab.python(`explorer.update(documents(180) + ${files})`);
    await lab.python("explorer.traces = b'damaged'");
    await lab.output(0).getByText("The traces cannot be shown").waitFor();
    await lab.python(`explorer.update(documents(200) + ${files})`);
    await lab.output(0).getByText("The traces cannot be shown").waitFor({ state: "hidden" });
    expect(await selection()).toBe(open);
    await lab.python(`explorer.selection = None; explorer.update(${files})`);
  });

  test("shows a view that was removed from the notebook and put back, and a new one beside it", async () => {
    await explorer(1).evaluate((element) => {
      const parent = element.parentElement!;
      const next = element.nextSibling;
      element.remove();
      return new Promise<void>((resolve) =>
        requestAnimationFrame(() => {
          parent.insertBefore(element, next);
          resolve();
        }),
      );
    });
    await lab.python("explorer.update(['crewai-agents.jsonl', 'dspy-program.jsonl'])");
    await explorer(1).getByText("Forecaster.forward").first().waitFor();
    await expect.poll(() => explorer(1).locator("[data-id]").count()).toBe(2);

    await lab.page.evaluate("panel.content.activeCellIndex = 0");
    await lab.command("notebook:create-output-view");
    const beside = lab.page.locator(".jp-LinkedOutputView spanbook-explorer");
    await beside.getByText("Forecaster.forward").first().waitFor();
    await lab.page.evaluate("jupyterapp.shell.activateById(panel.id)");
  });

  test("cleans up once for each view when the widget is closed", async () => {
    await lab.page.evaluate(`
      disposals = [];
      const { prototype } = customElements.get("spanbook-explorer");
      const { dispose } = prototype;
      prototype.dispose = function () { disposals.push(this); dispose.call(this); };
    `);
    await lab.python("explorer.close()");
    await expect.poll(() => lab.page.evaluate("[disposals.length, new Set(disposals).size]")).toEqual([3, 3]);
    expect(lab.errors).toEqual([]);
  });

  test("still shows names, durations and a timeline when reopened without its kernel, trusted or not", async () => {
    await lab.command("notebook:run-all-cells");
    await explorer(0).locator("[data-id]").first().waitFor();
    const form = (cell: number) =>
      lab.page.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea table").first();
    expect(await form(0).isVisible()).toBe(false);
    await lab.python("explorer.update(['dspy-program.jsonl'])");
    await lab.command("docmanager:save");
    await lab.page.evaluate("panel.sessionContext.shutdown()");
    await lab.page.reload();
    await form(0).waitFor();
    expect(await form(0).innerText()).toContain("Forecaster.forward");
    expect(await lab.page.locator(".jp-CodeCell").first().innerText()).not.toContain("Crew_");

    const saved = (await readFile(path.join(folder, "lab.ipynb"), "utf8")).replace(
      "import spanbook",
      "import spanbook as spanbook",
    );
    await writeFile(path.join(folder, "untrusted.ipynb"), saved);
    await lab.open("untrusted.ipynb");
    await form(0).waitFor();
    expect(await form(0).innerText()).toContain("Tool.weather");
    expect(
      await form(0)
        .locator("div")
        .first()
        .evaluate((bar) => bar.getBoundingClientRect().width),
    ).toBeGreaterThan(50);
  });
});

test("marimo shows the same explorer, and other cells use what is open in it", async (context) => {
  await writeFile(path.join(folder, "app.py"), marimoApp);
  const server = await openServer(
    (port) => [
      ...([python!, "-m", "marimo", "-q", "run", "app.py", "--headless", "--no-token"] as const),
      ...["--host=127.0.0.1", `--port=${port}`],
    ],
    { cwd: folder, env: toJupyterEnvironment(folder) },
  );
  try {
    const page = (await (await browser(context)).openPage()).chromium!;
    await page.goto(`http://127.0.0.1:${server.port}/`);
    await page.locator("spanbook-explorer").getByText("Tool.weather").first().click();
    await page.getByText(/opened: [0-9a-f]{16}/).waitFor();
    await page.close();
  } finally {
    await server.close();
  }
});

/** Spans with everything in them: as the helper writes them, and as the exporter does. */
const spansProgram = `
import base64, json, spanbook
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState, set_span_in_context

memory = InMemorySpanExporter()
provider = TracerProvider(resource=Resource({"service.name": "größe", "n": 1}))
provider.add_span_processor(SimpleSpanProcessor(memory))
tracer = provider.get_tracer("a", "1.0", schema_url="https://opentelemetry.io/schemas/1.30.0")
remote = SpanContext(2**100, 2**60, is_remote=True, trace_flags=TraceFlags(1), trace_state=TraceState([("vendor", "x")]))
elsewhere = SpanContext(2**101, 2**61, is_remote=True)  # without a state: the exporter leaves a link's out
far = set_span_in_context(NonRecordingSpan(remote))
with tracer.start_as_current_span("client", context=far, kind=SpanKind.CLIENT, links=[Link(elsewhere, {"why": "retry"})]) as span:
    span.set_attributes({"text": "😀", "big": 2**60, "whole": 2.0, "half": 0.5, "yes": True, "texts": ["a", "b"], "numbers": [1, 2]})
    span.add_event("chunk", {"index": 0})
    span.set_status(Status(StatusCode.OK))
try:
    with tracer.start_as_current_span("fails"):
        with provider.get_tracer("b").start_as_current_span("child"):
            raise ValueError("no")
except ValueError:
    pass
spans = memory.get_finished_spans()
print(json.dumps(spanbook._otlp(spans)))
print(base64.b64encode(encode_spans(spans).SerializeToString()).decode())
`;

const marksProgram = `
import re, spanbook
from pathlib import Path

text = Path("dspy-program.jsonl").read_text()
Path("utf8.jsonl").write_text(text, encoding="utf-8-sig")
Path("utf16.jsonl").write_text(text, encoding="utf-16")
Path("other.txt").write_text("no JSON")
for source in ["utf8.jsonl", "utf16.jsonl", "other.txt", []]:
    form = spanbook.show(source)._static_bundle()["text/html"]
    print(re.sub("^<div[^>]*>|</div>$", "", form))
`;

const marimoApp = `
import marimo

app = marimo.App()

@app.cell
def _():
    import marimo as mo
    import spanbook
    explorer = mo.ui.anywidget(spanbook.show("dspy-program.jsonl"))
    explorer
    return explorer, mo

@app.cell
def _(explorer, mo):
    mo.md(f"opened: {(explorer.value['selection'] or {}).get('span_id')}")
    return

if __name__ == "__main__":
    app.run()
`;

/** Traces of 50 spans, 50 kB each. */
const manyTraces = `
def document(trace):
    start = 1_700_000_000_000_000_000 + trace * 10**9
    spans = [
        {
            "traceId": f"{trace + 1:032x}", "spanId": f"{trace * 100 + span + 1:016x}",
            "parentSpanId": f"{trace * 100 + 1:016x}" if span else "", "name": f"span {span}",
            "startTimeUnixNano": str(start + span * 10**6), "endTimeUnixNano": str(start + span * 10**6 + 5 * 10**6),
            "attributes": [{"key": "text", "value": {"stringValue": f"{trace} {span} " * 100}}],
        }
        for span in range(50)
    ]
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {"name": "many"}, "spans": spans}]}]}

def documents(count):
    return [document(trace) for trace in range(count)]
`;
