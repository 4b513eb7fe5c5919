/** What is different in edge runtimes: Cloudflare's workerd, and Next.js's. */
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

it("if AsyncLocalStorage is a global, parents are exact after any await", async () => {
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

it("a recorder asks for no random numbers until it records, since modules cannot have any while they load", () => {
  const fillRandom = vi.fn((pool: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(pool));
  const tracing = createTracing({ store: createMemoryStore(), fillRandom });
  expect(fillRandom).not.toHaveBeenCalled();
  tracing.withSpan(() => 1, { name: "first" });
  expect(fillRandom).toHaveBeenCalled();
});
