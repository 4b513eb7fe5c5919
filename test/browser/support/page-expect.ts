/** Vitest's `expect` for a page: in the bundles of pages, "vitest" is this file. Tests themselves have no place there. */
import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from "@vitest/expect";

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

export const { expect } = chai;

export { onlyInTests as describe, onlyInTests as it };

function onlyInTests(): never {
  throw new Error("a page can run cases, not declare tests");
}
