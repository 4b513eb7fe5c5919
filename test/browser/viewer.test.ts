import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { exportMlflow } from "@spanbook/core/files";
import { exportOtlp } from "@spanbook/core/otlp";
import { openStore } from "@spanbook/store-sqljs";
import { createReport } from "@spanbook/widget";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toProtobufBytes } from "../support/otlp-judge.js";
import { aBatch } from "../support/spans.js";
import { demoTraces, hostileTrace, manyTraces } from "../support/traces.js";
import { browserNames, useBrowser, type TestPage } from "./browsers.js";

const viewerUrl = pathToFileURL(
  fileURLToPath(new URL("../../packages/spanbook/dist/viewer.html", import.meta.url)),
).href;

let folder: string;
/** Files by name, each with the same five traces, as base64. */
const files: Record<string, string> = {};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "spanbook-viewer-"));
  const traces = demoTraces();
  const store = await openStore(path.join(folder, "demo.db"));
  for (const { data } of traces) await store.write(aBatch(data.spans));
  await store.close();
  const add = (name: string, content: string | Uint8Array) =>
    (files[name] = Buffer.from(content).toString("base64"));
  add("traces.db", await readFile(path.join(folder, "demo.db")));
  add("traces.json", await textOf(exportOtlp(traces)));
  add("traces.jsonl.gz", gzipSync(await textOf(exportOtlp(traces, { format: "jsonl" }))));
  add("traces.pb", toProtobufBytes(await textOf(exportOtlp(traces))));
  add("mlflow.json", await textOf(exportMlflow(traces)));
  add("report.html", await createReport(traces));
  const [first = "", second = ""] = (await textOf(exportOtlp(traces, { format: "jsonl" }))).split("\n");
  add("cut.jsonl.gz", gzipSync(`${first}\n${second}`, { level: 0 }).subarray(0, -100));
  add(
    "partly.jsonl",
    `${first}\n{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"lost"}]}]}]}\n{"resourceSp`,
  );
  add("picture.png", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 1, 2));
  add("hostile.json", await textOf(exportOtlp([hostileTrace(1), hostileTrace(2)])));
  add("many.jsonl", (await textOf(exportOtlp(manyTraces(40), { format: "jsonl" }))).repeat(30));
});
afterAll(() => rm(folder, { recursive: true }));

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

/** Drops files on the page, with the event that a browser sends. */
async function drop(page: TestPage, names: readonly string[]): Promise<void> {
  const dropped = names.map((name) => ({ name, content: files[name]! }));
  await page.evaluate((given) => {
    const transfer = new DataTransfer();
    for (const { name, content } of given) {
      const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
    }
    dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, dropped);
}

const imports = `[...document.querySelectorAll(".imports > ul > li")].map((item) => item.innerText.replace(/\\s+/g, " "))`;
const explorer = `document.querySelector("spanbook-explorer")?.shadowRoot`;
const rows = `(${explorer}?.querySelectorAll("[data-id]").length ?? 0)`;

async function openViewer(browser: { openPage(): Promise<TestPage> }): Promise<TestPage> {
  const page = await browser.openPage();
  await page.setSize(1200, 760);
  await page.goto(viewerUrl);
  await page.waitFor(`document.querySelector(".empty") !== null`);
  return page;
}

/** Clicks the button, or the menu item, with that text. */
function press(page: TestPage, text: string): Promise<unknown> {
  return page.evaluate((wanted) => {
    const all = [...document.querySelectorAll<HTMLElement>("button, summary")];
    all.find((each) => each.innerText.trim().startsWith(wanted))!.click();
  }, text);
}

async function forget(page: TestPage): Promise<void> {
  await press(page, "Forget …");
  await page.waitFor(`document.querySelector("dialog[open]") !== null`);
  await page.evaluate(`document.querySelector("dialog .danger").click()`);
  await page.waitFor(`document.querySelector(".empty") !== null`);
}

describe.each(browserNames)("the viewer in %s", (name) => {
  const browser = useBrowser(name);

  test("shows what is dropped on it, in every format, opened from disk and without a request", async (context) => {
    const page = await openViewer(await browser(context));
    for (const file of [
      "traces.db",
      "traces.json",
      "traces.jsonl.gz",
      "traces.pb",
      "mlflow.json",
      "report.html",
    ]) {
      await drop(page, [file]);
      await page.waitFor(`${rows} === 5`);
      await page.waitFor(`${imports}.join() === "${file} 5 traces, 65 spans"`);
      await forget(page);
    }
    await drop(page, ["traces.json", "report.html", "mlflow.json"]);
    await page.waitFor(`${imports}.length === 3 && document.querySelector(".imports .quiet") !== null`);
    expect(
      await page.evaluate(`document.querySelector(".imports > ul").matches("[aria-live]:not([role])")`),
    ).toBe(true);
    expect(await page.evaluate(rows)).toBe(5);
    expect([page.errors, page.requests]).toEqual([[], []]);
    await page.close();
  });

  test("keeps the good part of a bad file, and says line by line what is wrong with the rest", async (context) => {
    const page = await openViewer(await browser(context));
    await drop(page, ["partly.jsonl", "picture.png", "cut.jsonl.gz"]);
    await page.waitFor(`document.querySelector(".imports .quiet") !== null`);
    await page.evaluate(`document.querySelector(".imports summary").click()`);
    const [partly, picture, cut] = await page.evaluate<string[]>(imports);
    expect(partly).toContain("1 trace, 13 spans");
    expect(partly).toContain("2 parts could not be read; the rest is here");
    expect(partly).toMatch(/line 2 .*spans\[0\] \(lost\) traceId must be/);
    expect(partly).toMatch(/line 3 .*JSON/);
    expect(picture).toContain("could not be read: expected OTLP");
    expect(cut).toMatch(/1 trace, 13 spans.*2 parts could not be read; the rest is here/);
    await press(page, "Dismiss");
    expect(await page.evaluate(`document.querySelector(".imports")`)).toBeNull();
    await page.close();
  });

  test("shows the progress of a large file, and stops when told to", async (context) => {
    const page = await openViewer(await browser(context));
    // In the page, because all may have been read before the test looks.
    await page.evaluate(`new MutationObserver((_, observer) => {
      globalThis.seen = ${imports};
      if (!/reading, [\\d,]+ spans so far/.test(seen[0])) return;
      observer.disconnect();
      document.querySelector(".imports li button").click();
    }).observe(document.body, { childList: true, subtree: true, characterData: true })`);
    await drop(page, ["many.jsonl", "traces.json"]);
    await page.waitFor(`/^many.jsonl cancelled after [\\d,]+ spans, which are here$/.test(${imports}[0])`);
    expect(await page.evaluate(`seen[1]`)).toBe("traces.json waiting Cancel");
    await page.waitFor(`${imports}[1] === "traces.json 5 traces, 65 spans"`);
    await page.close();
  });

  test("keeps traces between visits when told to, and forgets them when told to", async (context) => {
    const opened = await browser(context);
    const page = await openViewer(opened);
    const keep = `document.querySelector(".keep input")`;
    await drop(page, ["traces.json"]);
    await page.waitFor(`${rows} === 5`);
    expect(await page.evaluate(`${keep}.checked`)).toBe(false);
    await page.goto(viewerUrl);
    await page.waitFor(`document.querySelector(".empty") !== null`);
    await page.evaluate(`${keep}.click()`);
    await page.waitFor(`document.querySelector(".keep").innerText.includes("until you forget them")`);
    await drop(page, ["traces.db"]);
    await page.waitFor(`${rows} === 5`);
    await page.goto(viewerUrl);
    await page.waitFor(`${rows} === 5`);
    expect(await page.evaluate(`${keep}.checked`)).toBe(true);
    await page.evaluate(`${keep}.click()`);
    await page.waitFor(`document.querySelector(".keep").innerText.includes("gone when this page closes")`);
    expect(await page.evaluate(rows)).toBe(5);
    await page.goto(viewerUrl);
    await page.waitFor(`document.querySelector(".empty") !== null`);
    await page.evaluate(`${keep}.click()`);
    await drop(page, ["traces.json"]);
    await page.waitFor(`${rows} === 5`);
    await forget(page);
    await page.goto(viewerUrl);
    await page.waitFor(`document.querySelector(".empty") !== null`);
    expect(await page.evaluate(`${keep}.checked`)).toBe(true);
    await page.evaluate(`${keep}.click()`);
    await page.waitFor(`document.querySelector(".keep").innerText.includes("gone when this page closes")`);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("saves the traces in every format, and reopens what it saved", async (context) => {
    const page = await openViewer(await browser(context));
    await drop(page, ["traces.json"]);
    await page.waitFor(`${rows} === 5`);
    await page.evaluate(`globalThis.saved = {};
      URL.createObjectURL = (blob) => { globalThis.blob = blob; return "blob:none"; };
      HTMLAnchorElement.prototype.click = function () { saved[this.download] = blob; };`);
    for (const label of [
      "OTLP JSON",
      "OTLP JSON, compressed",
      "OTLP JSON lines",
      "MLflow",
      "Chrome",
      "HTML",
    ]) {
      const before = await page.evaluate<number>(`Object.keys(saved).length`);
      await press(page, "Save as");
      await press(page, label);
      await page.waitFor(`Object.keys(saved).length === ${before + 1}`);
    }
    const perfetto = await page.evaluate<string>(`saved["traces.perfetto.json"].text()`);
    expect((JSON.parse(perfetto) as { traceEvents: object[] }).traceEvents.length).toBeGreaterThan(65);
    await forget(page);
    await page.evaluate(`(() => {
      const transfer = new DataTransfer();
      for (const [name, blob] of Object.entries(saved)) {
        if (!name.includes("perfetto")) transfer.items.add(new File([blob], name));
      }
      dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    })()`);
    await page.waitFor(`${imports}.filter((text) => text.endsWith("5 traces, 65 spans")).length === 5`);
    expect(await page.evaluate(rows)).toBe(5);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("saves the tags and feedback that were added in it", async (context) => {
    const page = await openViewer(await browser(context));
    await page.evaluate(`URL.createObjectURL = (blob) => { globalThis.saved = blob; return "blob:none"; };
      HTMLAnchorElement.prototype.click = () => {};
      globalThis.inside = (selector) => ${explorer}.querySelector(selector);
      globalThis.button = (text) => [...${explorer}.querySelectorAll("button")].find((each) => each.innerText === text);
      globalThis.fill = (label, text) => { inside('[aria-label="' + label + '"]').value = text; };`);
    const openFirst = async () => {
      await page.waitFor(`${rows} === 5`);
      await page.evaluate(`inside("[data-id]").click()`);
      await page.waitFor(`inside('[aria-label="About the trace"]')`);
      await page.evaluate(`inside('[aria-label="About the trace"][aria-pressed="false"]')?.click()`);
      await page.waitFor(`button("Add a tag")`);
    };
    const given = `inside(".details").innerText.replace(/\\s+/g, " ")`;
    await drop(page, ["traces.json"]);
    await openFirst();
    await page.evaluate(`button("Add a tag").click()`);
    await page.waitFor(`inside('[aria-label="Key"]')`);
    await page.evaluate(`fill("Key", "verdict"); fill("Value", "worth a look"); button("Save").click()`);
    await page.waitFor(`${given}.includes("verdict worth a look")`);
    await page.evaluate(`button("Add feedback or an expectation").click()`);
    await page.waitFor(`inside('[aria-label="What is judged"]')`);
    await page.evaluate(`fill("What is judged", "helpfulness"); button("Save").click()`);
    await page.waitFor(`${given}.includes("helpfulness true")`);
    await press(page, "Save as");
    await press(page, "OTLP JSON lines");
    await page.waitFor(`globalThis.saved`);
    await forget(page);
    await page.evaluate(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([saved], "again.jsonl"));
      dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    })()`);
    await openFirst();
    await page.waitFor(`${given}.includes("verdict worth a look") && ${given}.includes("helpfulness true")`);
    expect([page.errors, page.requests]).toEqual([[], []]);
    await page.close();
  });

  test("runs nothing that hostile traces contain", async (context) => {
    const page = await openViewer(await browser(context));
    await drop(page, ["hostile.json"]);
    await page.waitFor(`${rows} === 2`);
    await page.evaluate(`${explorer}.querySelector("[data-id]").click()`);
    await page.waitFor(`${explorer}.querySelector('[role="treegrid"]') !== null`);
    expect(await page.evaluate(`[typeof hacked, typeof {}.hacked]`)).toEqual(["undefined", "undefined"]);
    expect([page.errors, page.requests]).toEqual([[], []]);
    await page.close();
  });

  test("can be used from the keyboard", async (context) => {
    const page = await openViewer(await browser(context));
    await page.press("Tab");
    expect(await page.evaluate(`document.activeElement.innerText`)).toBe("Choose files");
    await drop(page, ["traces.json"]);
    await page.waitFor(`${rows} === 5`);
    await page.evaluate(`document.querySelector(".menu summary").focus()`);
    await page.press("Enter");
    await page.press("Tab");
    expect(await page.evaluate(`document.activeElement.innerText`)).toMatch(/^OTLP JSON/);
    await page.press("Escape");
    expect(
      await page.evaluate(`[document.querySelector(".menu").open, document.activeElement.tagName]`),
    ).toEqual([...[false, "SUMMARY"]]);
    await press(page, "Forget …");
    await page.waitFor(`document.activeElement.innerText === "Cancel"`);
    await page.press("Escape");
    await page.waitFor(`document.querySelector("dialog[open]") === null`);
    expect(await page.evaluate(rows)).toBe(5);
    await page.close();
  });
});
