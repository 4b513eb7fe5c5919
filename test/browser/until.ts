import { expect } from "vitest";
import type { TestPage } from "./browsers.js";

/** Resolves when the expression is truthy in the page. Unlike `waitFor` it works where the page's policy forbids eval. */
export async function until(page: TestPage, expression: string): Promise<void> {
  const isTrue = () => page.evaluate<boolean>(`Boolean(${expression})`);
  await expect.poll(isTrue, { timeout: 20_000, interval: 30, message: expression }).toBe(true);
}
