import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test, type TestContext } from "vitest";
import { traceId } from "../support/spans.js";
import { browserNames, useBrowser, type TestPage } from "./browsers.js";
import { servePages, type TestSite } from "./support/serve-pages.js";

let site: TestSite;

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const headers = {
  "content-security-policy": "default-src 'none'; script-src 'self'; worker-src blob:; img-src data:",
};

beforeAll(async () => {
  site = await servePages({
    pages: {
      "/": {
        html: `<html lang="en"><title>journey</title><link rel="icon" href="data:,"><body><script type="module" src="/page.js"></script>`,
        headers,
      },
    },
    modules: { page: "test/browser/support/journey-page.ts" },
  });
});

afterAll(() => site.close());

describe.each(browserNames)("%s", (name) => {
  const browser = useBrowser(name);

  async function openPage(context: TestContext, hash = ""): Promise<TestPage> {
    const page = await (await browser(context)).openPage();
    await page.setSize(1280, 800);
    await page.goto(`${site.origin}/${hash}`);
    return page;
  }

  async function search(page: TestPage, text: string): Promise<void> {
    await page.evaluate(`named("Search traces by words or by a filter").focus()`);
    await page.type(text);
    await page.press("Enter");
  }

  async function expectAccessible(page: TestPage, state: string): Promise<void> {
    const found = await page.evaluate<string[]>(
      `axe.run(element, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) =>
        id + ": " + nodes.slice(0, 3).map(({ html, failureSummary }) => html.slice(0, 200) + " " + failureSummary).join(" | ")))`,
    );
    expect(found, state).toEqual([]);
  }

  test("leads from a failed trace, found by a filter, to its stack, a tag, feedback, a comparison, both in a file, and back by its tag after a reload", async (context) => {
    const page = await openPage(context);
    await page.waitFor(`globalThis.row?.("sourdough") !== undefined`);
    await page.evaluate(axeSource);

    await search(page, "status = 'ERROR'");
    await page.waitFor(`rows().length === 1 && row("sourdough") !== undefined`);
    await page.press("ArrowDown");
    await page.waitFor(`root.activeElement === row("sourdough")`);
    await page.press("Enter");
    await page.waitFor(`named("Only failed spans") !== null`);
    await page.evaluate(`named("Only failed spans").click()`);
    await page.waitFor(`named("Spans")?.ariaRowCount === "4"`);
    await page.evaluate(`row("cite").click()`);
    await page.waitFor(`text().includes("compose.ts:41:11")`);

    await page.evaluate(`named("About the trace").click()`);
    await page.waitFor(`button("Add a tag") !== undefined`);
    await page.evaluate(`button("Add a tag").click()`);
    await page.waitFor(`root.activeElement?.ariaLabel === "Key"`);
    await page.type("verdict?");
    await page.press("Tab");
    await page.type("wrong");
    await expectAccessible(page, "a tag that is written");
    await page.press("Enter");
    await page.waitFor(
      `named("Delete the tag verdict?") !== null && root.querySelector(".tag-form") === null`,
    );
    await page.waitFor(`root.activeElement?.textContent === "Add a tag"`);

    await page.evaluate(`button("Add feedback or an expectation").click()`);
    await page.waitFor(`named("What is judged") !== null && root.activeElement === named("What is judged")`);
    await page.evaluate(`(write("What is judged", "grounded"), write("Kind of value", "JSON"))`);
    await page.waitFor(`root.querySelector(".edit-form textarea[name=value]") !== null`);
    await page.evaluate(`(write("Value", "{ not JSON"), button("Save").click())`);
    await page.waitFor(`text().includes("Not JSON")`);
    await expectAccessible(page, "feedback that is written");
    await page.evaluate(
      `(write("Value", '{"score":0.5}'), write("Why", "half of it"), button("Save").click())`,
    );
    await page.waitFor(`text().includes("half of it") && root.querySelector(".edit-form") === null`);
    await page.waitFor(`named("Change grounded") !== null`);
    await page.evaluate(`named("Change grounded").click()`);
    await page.waitFor(`root.activeElement?.ariaLabel === "Value"`);
    await page.evaluate(`(write("Value", "0.25"), button("Save").click())`);
    await page.waitFor(`button("Changed 1 time") !== undefined`);
    await page.evaluate(`button("Changed 1 time").click()`);
    await page.waitFor(`root.querySelector(".assessment-history")?.textContent.includes("0.5")`);

    await page.evaluate(`named("Copy and save").click()`);
    await page.waitFor(`button("Save as OTLP JSON") !== undefined`);
    await page.evaluate(`button("Save as OTLP JSON").click()`);
    await page.waitFor(`saved.some((file) => file.includes("sourdough") && file.includes("resourceSpans"))`);

    await page.evaluate(`named("Compare with another trace").click()`);
    await page.waitFor(`root.querySelector(".picker-choice") !== null`);
    await expectAccessible(page, "the choice of the other trace");
    await page.waitFor(`root.activeElement?.ariaLabel === "Find the other trace"`);
    await page.press("ArrowDown");
    await page.waitFor(`root.activeElement === root.querySelector(".picker-choice")`);
    await page.press("ArrowUp");
    await page.type("open an IndexedDB");
    // Enter takes what was typed, even if it has not been searched for yet.
    await page.press("Enter");
    await page.waitFor(`named("Spans of both traces") !== null && !text().includes("Comparing inputs")`);
    await page.waitFor(`root.activeElement?.getAttribute("aria-level") === "1"`);
    await page.type("n");
    await page.waitFor(`root.querySelector(".compare-details del") !== null`);
    await expectAccessible(page, "the comparison");
    await page.press("Escape");
    await page.waitFor(`root.querySelector(".compare-details") === null`);
    await page.evaluate(`named("Copy and save").click()`);
    await page.waitFor(`button("Save both as OTLP JSON") !== undefined`);
    await page.evaluate(`button("Save both as OTLP JSON").click()`);
    await page.waitFor(`saved.some((file) => file.includes("sourdough") && file.includes("IndexedDB"))`);
    await page.evaluate(`named("Spans of both traces").querySelector("[tabindex='0']").focus()`);
    await page.type("d");
    await page.waitFor(`named("Only differences")?.ariaPressed === "true"`);
    await page.press("Escape");
    await page.waitFor(`named("Spans") !== null && root.activeElement?.getAttribute("role") === "row"`);

    await page.type("0");
    await page.type("f");
    await page.waitFor(`root.querySelector(".flame-canvas")?.width > 100`);
    await page.waitFor(`root.activeElement?.getAttribute("role") === "application"`);
    await page.press("Home");
    await page.press("ArrowDown");
    await page.waitFor(`root.querySelector(".flame-told")?.textContent.startsWith("retrieve")`);
    await page.type("h");
    await page.waitFor(`button("Heaviest first")?.ariaPressed === "true"`);
    await expectAccessible(page, "the flame graph");
    const inked = await page.evaluate<number>(`(() => {
      const { width, height } = root.querySelector(".flame-canvas");
      const { data } = root.querySelector(".flame-canvas").getContext("2d").getImageData(0, 0, width, height);
      return data.filter((_, index) => index % 4 === 3 && data[index] > 0).length / (data.length / 4);
    })()`);
    expect(inked).toBeGreaterThan(0.02);

    expect(await page.evaluate("leaked")).toEqual([]);
    await page.goto(`${site.origin}/`);
    await page.waitFor(`globalThis.row?.("sourdough") !== undefined && rows().length === 5`);
    await search(page, "tag.`verdict?` = 'wrong' AND feedback.grounded IS NOT NULL");
    await page.waitFor(`rows().length === 1 && row("sourdough") !== undefined`);
    await page.evaluate(`row("sourdough").click()`);
    await page.waitFor(`named("Change the tag verdict?") !== null && text().includes("grounded")`);
    await page.evaluate(`named("Delete the tag verdict?").click()`);
    await page.waitFor(`named("Delete the tag verdict?") === null`);
    expect(page.errors).toEqual([]);
    expect(page.requests.filter((url) => !url.startsWith(site.origin))).toEqual([]);
    await page.close();
  });

  test("keeps its layout with words of a megabyte and 10,000 tags", async (context) => {
    const page = await openPage(context, "#huge");
    await page.waitFor(`globalThis.rows?.().length === 2`);
    await page.evaluate(
      `root.querySelectorAll(".cell-box input").forEach((box, index) => index > 0 && box.click())`,
    );
    await page.waitFor(`named("Compare the two") !== null`);
    const outOfPlace = `[...root.querySelectorAll("button, .details, .scroller, h2, h3")].flatMap((part) => {
      const { right, width } = part.getBoundingClientRect();
      return width > 0 && right > element.getBoundingClientRect().right + 1 ? [part.className + " " + part.textContent.slice(0, 40)] : [];
    })`;
    await page.evaluate(`named("Compare the two").click()`);
    await page.waitFor(`root.querySelector(".compare-row") !== null`);
    await page.evaluate(`root.querySelector(".compare-row").click()`);
    await page.waitFor(`root.querySelector(".compare-details .section") !== null`);
    expect(await page.evaluate(outOfPlace)).toEqual([]);
    await page.evaluate(`named("Back").click()`);
    await page.evaluate(`element.value = { traceId: "${traceId(1)}" }`);
    await page.waitFor(`button("Add a tag") !== undefined`);
    expect(await page.evaluate(`root.querySelectorAll(".tag-line").length`)).toBe(50);
    expect(await page.evaluate(outOfPlace)).toEqual([]);
    await page.evaluate(`named("Flame graph").click()`);
    await page.waitFor(`root.querySelector(".flame-canvas") !== null`);
    expect(await page.evaluate(outOfPlace)).toEqual([]);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  test("treats hostile traces as text when comparing, drawing, tagging and copying them, too", async (context) => {
    const page = await openPage(context, "#hostile");
    await page.waitFor(`globalThis.rows?.().length === 2`);
    await page.evaluate(
      `root.querySelectorAll(".cell-box input").forEach((box, index) => index > 0 && box.click())`,
    );
    await page.waitFor(`named("Compare the two") !== null`);
    await page.evaluate(`named("Compare the two").click()`);
    await page.waitFor(`root.querySelectorAll(".compare-row").length === 2`);
    await page.evaluate(`root.querySelectorAll(".compare-row")[1].click()`);
    await page.waitFor(`root.querySelector(".compare-details .section") !== null`);
    const isHarmless = `root.querySelectorAll("script, img, a, iframe, style").length === 0 && globalThis.hacked === undefined`;
    expect(await page.evaluate(isHarmless)).toBe(true);
    await page.evaluate(`named("Back").click()`);
    await page.evaluate(`element.value = { traceId: "${traceId(1)}" }`);
    await page.waitFor(`button("Add a tag") !== undefined`);
    await page.evaluate(`named("Flame graph").click()`);
    await page.waitFor(`root.querySelector(".flame-canvas") !== null`);
    await page.evaluate(`button("Add a tag").click()`);
    await page.waitFor(`root.querySelector(".tag-form") !== null`);
    await page.evaluate(`(write("Key", "<img src=x onerror=hacked=1>"), button("Save").click())`);
    await page.waitFor(`text().includes("await client.setTraceTag")`);
    expect(await page.evaluate(isHarmless)).toBe(true);
    expect(await page.evaluate(`text().includes("\\u202e")`)).toBe(false);
    expect(page.errors).toEqual([]);
    await page.close();
  });
});
