import { describe, expect, test } from "vitest";
import { browserNames, useBrowser } from "./browsers.js";
import { useModelSite } from "./support/model-site.js";
import type { OpenaiPage } from "./support/openai-page.js";

const site = useModelSite("openai-page");

describe.each(browserNames)("OpenAI's SDK, in %s", (name) => {
  const browser = useBrowser(name);

  test("returns the same as untraced, and each awaiter of its promises goes on in its own span", async (context) => {
    const page = await (await browser(context)).openPage();
    await page.goto(site().origin);
    await page.waitFor("globalThis.openaiPage !== undefined");
    const found = await page.evaluate(
      (url) => (globalThis as unknown as { openaiPage: OpenaiPage }).openaiPage.run(url),
      site().modelUrl,
    );
    expect(found.errors).toEqual([]);
    expect(found.traced).toEqual(found.untraced);
    const wrong = found.lines.filter((line) => !/^(> [ab]|([ab]) > (after \2 \d|\S+))$/.test(line));
    expect(wrong).toEqual([]);
    expect(found.lines.filter((line) => line.includes("> after")).length).toBeGreaterThan(20);
    await page.close();
  });
});
