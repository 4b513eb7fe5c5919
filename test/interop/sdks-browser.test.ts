/** Auto tracing, in a page, of what is installed separately in test/interop/sdks. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { useBrowser } from "../browser/browsers.js";
import { useModelSite } from "../browser/support/model-site.js";
import { runSdks } from "../browser/support/run-sdks.js";

const isInstalled = existsSync(fileURLToPath(new URL("sdks/node_modules/@ax-llm/ax", import.meta.url)));

// sdks.test.ts makes sure that they are there in CI.
// "?" marks a span whose parent was inferred.
describe.runIf(isInstalled)("in Chromium", () => {
  const site = useModelSite("ax-page", "test/interop/sdks/ax-page.mjs");
  const browser = useBrowser("chromium");

  test("Ax returns the same as untraced, and each program is a tree", async (context) => {
    const page = await (await browser(context)).openPage();
    const { ax } = await runSdks(page, site());
    expect(ax?.trees).toEqual([
      ["plain", "  AxGen.forward", "    ax.chat ?"],
      ["stream", "  AxGen.streamingForward", "    ax.chat ?"],
      ["loop", "  AxGen.forward", "    ax.chat ?", "    ax.chat ?"],
    ]);
    await page.close();
  });
});
