import { vi } from "vitest";

/** Resolves when the assertion holds, however busy the machine is; rejects with its failure after 30 seconds. */
export function eventually(assertion: () => void): Promise<void> {
  return vi.waitFor(assertion, { timeout: 30_000, interval: 10 });
}
