/** Vitest's `expect` for a page: where pages are bundled, "vitest" is this. A test itself has no place there. */
import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from "@vitest/expect";

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

export const { expect } = chai;

export { onlyInTests as describe, onlyInTests as it };

function onlyInTests(): never {
  throw new Error("a page can run cases, not declare tests");
}
