import { expect } from "vitest";
import type { TestPage } from "../browsers.js";
import type { ModelSite } from "./model-site.js";
import type { SdkRun, SdksPage } from "./show-sdks.js";

/** Runs every SDK of a page, one after the other: each must return the same traced and untraced, and report nothing. */
export async function runSdks(
  page: TestPage,
  { origin, modelUrl }: ModelSite,
): Promise<Record<string, SdkRun>> {
  await page.goto(origin);
  await page.waitFor("globalThis.sdksPage !== undefined");
  const names = (await page.evaluate("sdksPage.names")) as readonly string[];
  const found: Record<string, SdkRun> = {};
  for (const name of names) {
    found[name] = await page.evaluate(
      ([url, sdk]) => (globalThis as unknown as { sdksPage: SdksPage }).sdksPage.run(url, sdk),
      [modelUrl, name] as const,
    );
  }
  for (const [name, { traced, untraced, errors }] of Object.entries(found)) {
    expect([name, traced]).toEqual([name, untraced]);
    expect([name, errors]).toEqual([name, []]);
  }
  return found;
}
