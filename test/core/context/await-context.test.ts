import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { runAsyncPrograms } from "../../support/context-programs.js";
import { contextCases, runContextCase, sleep } from "../../support/context-cases.js";

// How context is followed in browsers, tested in Node: it relies on the language alone, so most of it needs no browser.

const { getBuiltinModule } = process;
const rejections: unknown[] = [];
const note = (reason: unknown) => void rejections.push(reason);
let listeners: NodeJS.UnhandledRejectionListener[] = [];

beforeAll(() => {
  // Each recorder listens for the end of the process, and many run at once.
  process.setMaxListeners(200);
  Object.assign(process, { getBuiltinModule: undefined });
  listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", note);
});
afterAll(() => {
  Object.assign(process, { getBuiltinModule });
  process.off("unhandledRejection", note);
  for (const listener of listeners) process.on("unhandledRejection", listener);
});
beforeEach(() => {
  rejections.length = 0;
});

describe("without AsyncLocalStorage", () => {
  async function unhandled(): Promise<unknown[]> {
    await sleep(5);
    return rejections;
  }
  it.each(contextCases)("$title", (context) => runContextCase(context, { unhandled }));

  it("random programs never get a wrong parent that is not marked as inferred", async () => {
    const exact = await runAsyncPrograms(1, 40, { isMixed: false });
    expect(exact).toMatchObject({ wrong: [], inferredRight: 0, inferredWrong: 0, unknown: 0 });
    expect((await runAsyncPrograms(1, 40, { isMixed: true })).wrong).toEqual([]);
  });

  it("awaits of traced calls are exact even if a library has replaced the platform's Promise", async () => {
    const { Promise: platforms } = globalThis;
    vi.resetModules();
    Object.assign(globalThis, { Promise: foreignPromise(platforms) });
    const { createMemoryStore } = await import("@spanbook/core/memory");
    const { createTracing } = await import("@spanbook/core");
    Object.assign(globalThis, { Promise: platforms });
    const store = createMemoryStore();
    const tracing = createTracing({ store });
    const leaf = tracing.trace(async (n: number) => n, { name: "leaf" });
    const add = async () => (await leaf(1)) + (await leaf(2));
    const roots = [tracing.withSpan(add, { name: "root" }), tracing.withSpan(add, { name: "root" })];
    expect(await platforms.all(roots)).toEqual([3, 3]);
    await tracing.flush();
    const { traces } = await store.search({});
    expect(traces.map(({ info }) => [info.name, info.spanCount])).toEqual([
      ["root", 3],
      ["root", 3],
    ]);
  });
});

/** What a library might make of a Promise of its own: not a subclass, and `then` gives another of its own. */
function foreignPromise(platforms: PromiseConstructor) {
  return class Foreign {
    readonly #promise: Promise<unknown>;
    constructor(executor: ConstructorParameters<PromiseConstructor>[0]) {
      this.#promise = new platforms(executor);
    }
    static resolve = (value: unknown) => new Foreign((resolve) => resolve(value));
    static all = (values: readonly unknown[]) =>
      new Foreign((resolve, reject) => void platforms.all(values).then(resolve, reject));
    then(onValue: () => unknown, onError: () => unknown) {
      return new Foreign(
        (resolve, reject) => void this.#promise.then(onValue, onError).then(resolve, reject),
      );
    }
    catch(onError: () => unknown) {
      return new Foreign((resolve, reject) => void this.#promise.catch(onError).then(resolve, reject));
    }
    finally(onSettled: () => void) {
      return new Foreign((resolve, reject) => void this.#promise.finally(onSettled).then(resolve, reject));
    }
  };
}
