/** What differs in runtimes at the edge: Cloudflare's workerd, and that of Next.js. */
import { AsyncLocalStorage } from "node:async_hooks";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createTracing } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";

const { getBuiltinModule } = process;

beforeEach(() => {
  Object.assign(process, { getBuiltinModule: undefined });
  vi.stubGlobal("AsyncLocalStorage", AsyncLocalStorage);
});
afterEach(() => {
  Object.assign(process, { getBuiltinModule });
  vi.unstubAllGlobals();
});

it("where AsyncLocalStorage is a global, a parent is exact after any await", async () => {
  const store = createMemoryStore();
  const tracing = createTracing({ store });
  const inner = tracing.trace(() => 1, { name: "inner" });
  await tracing.withSpan(
    async () => {
      await new Promise((resolve) => setImmediate(resolve));
      inner();
    },
    { name: "outer" },
  );
  await tracing.flush();
  const { traces } = await store.search({ includeSpans: true });
  const [outer, child] = traces[0]?.data.spans ?? [];
  expect(child).toMatchObject({ name: "inner", parentSpanId: outer?.spanId });
  expect(child?.attributes).not.toHaveProperty(["spanbook.parent"]);
});

it("a recorder that has recorded nothing has asked for no random numbers, which modules cannot have while they are loaded", () => {
  const fillRandom = vi.fn((pool: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(pool));
  const tracing = createTracing({ store: createMemoryStore(), fillRandom });
  expect(fillRandom).not.toHaveBeenCalled();
  tracing.withSpan(() => 1, { name: "first" });
  expect(fillRandom).toHaveBeenCalled();
});
