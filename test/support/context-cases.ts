/**
 * What must hold of parents where the platform does not follow awaits. Each case runs in Node and in every browser; it throws
 * if its title does not hold.
 */
import { createTracing, type LiveSpan, type Tracing } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import pLimit from "p-limit";
import PQueue from "p-queue";

export interface ContextWorld {
  readonly tracing: Tracing;
  /** The name of the active span. */
  active(): string | undefined;
  /** A traced call that returns its name once it has run `fn`. */
  call(name: string, fn?: (self: LiveSpan) => unknown): Promise<string>;
  /** Every span as "name < parent", with how it is marked, sorted. */
  lines(): Promise<string[]>;
  /** Reasons of unhandled rejections, once all jobs have run. */
  unhandled(): Promise<unknown[]>;
  /** Another realm, if there is one. */
  readonly realm?: (typeof globalThis & { eval(source: string): unknown }) | undefined;
}

export interface ContextCase {
  readonly title: string;
  run(world: ContextWorld): Promise<unknown>;
}

export const sleep = (ms = 0) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Taken before any span is open, as a library may do. */
const ownResolve = Promise.resolve.bind(Promise);
const ownThen = (promise: Promise<unknown>, listener: (value: unknown) => unknown) =>
  Reflect.apply(nativeThen, promise, [listener]) as Promise<unknown>;
const { then: nativeThen } = Promise.prototype;

function equal(actual: unknown, expected: unknown, what = "it"): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new Error(`${what} must be ${wanted}, is ${found}`);
}

function createDeferred<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** Two roots at once. */
function both(
  { tracing }: ContextWorld,
  a: (self: LiveSpan) => unknown,
  b: (self: LiveSpan) => unknown,
): Promise<unknown> {
  return Promise.all([
    tracing.withSpan(async (self) => void (await a(self)), { name: "a" }),
    tracing.withSpan(async (self) => void (await b(self)), { name: "b" }),
  ]);
}

/** The `traceparent` of a remote span. */
const remote = (spanNumber: number, flags = "01") =>
  `00-${"7".repeat(32)}-${String(spanNumber).padStart(16, "0")}-${flags}`;

class Mine<Value> extends Promise<Value> {
  readonly #own = "own";
  own(): string {
    return this.#own;
  }
}

type Made = readonly [Promise<unknown>];

/** The kinds of promise that a traced call returns, each in an array, because an async function would await it. */
const kinds: Record<string, (world: ContextWorld) => Made | Promise<Made>> = {
  pending: ({ tracing }) => [tracing.withSpan(() => sleep(2), { name: "p" })],
  settled: async ({ tracing }) => {
    const promise = tracing.withSpan(async () => 1, { name: "p" });
    await sleep();
    return [promise];
  },
  "subclass, pending": ({ tracing }) => [
    tracing.withSpan(() => new Mine((resolve) => setTimeout(resolve, 2)), { name: "p" }),
  ],
  "subclass, settled": async ({ tracing }) => {
    const promise = tracing.withSpan(() => Mine.resolve(1), { name: "p" });
    await promise;
    return [promise];
  },
};

/** The same for each kind. */
function forKinds(
  title: (kind: string) => string,
  run: (world: ContextWorld, promise: Promise<unknown>) => Promise<unknown>,
): ContextCase[] {
  return Object.entries(kinds).map(([kind, make]) => ({
    title: title(kind),
    async run(world) {
      // A pending one in the same job, so that the roots after it are known to be roots.
      const made = make(world);
      const [promise] = "then" in made ? await made : made;
      await run(world, promise);
    },
  }));
}

/** `share` runs in span a and returns a promise that b awaits directly: a must never be active there. */
function notLeaked(
  what: string,
  share: (promise: Promise<unknown>, world: ContextWorld) => unknown,
): ContextCase[] {
  return forKinds(
    (kind) => `a promise (${kind}) ${what} does not give its reader's context to somebody else who waits`,
    async (world, promise) => {
      let shared: unknown;
      const seen: unknown[] = [];
      await both(
        world,
        async () => {
          shared = share(promise, world);
          await world.call("in a");
        },
        async () => {
          await (shared as Promise<unknown>);
          seen.push(world.active() ?? "b");
          await sleep(3);
          await shared;
          seen.push(world.active() ?? "b");
        },
      );
      equal(seen, ["b", "b"], "what is active in b");
    },
  );
}

export const contextCases: readonly ContextCase[] = [
  {
    title: "roots that begin in one job are roots, and each has its own children",
    async run(world) {
      await both(
        world,
        async () => {
          await world.call("a1");
          await Promise.all([world.call("a2"), world.call("a3")]);
          await world.call("a4");
        },
        async () => {
          await world.call("b1", () => world.call("b2"));
          await world.call("b3");
        },
      );
      equal(await world.lines(), [
        "a <",
        "a1 < a",
        "a2 < a",
        "a3 < a",
        "a4 < a",
        "b <",
        "b1 < b",
        "b2 < b1",
        "b3 < b",
      ]);
    },
  },
  ...forKinds(
    (kind) => `a promise (${kind}) that two traces await, twice each, leaves each in its own`,
    async (world, promise) => {
      const seen: unknown[] = [];
      const wait = (name: string) => async () => {
        for (let i = 0; i < 2; i++) {
          await promise;
          seen.push(`${name} ${world.active()}`);
          await world.call(`${name}${i}`);
          seen.push(`${name} ${world.active()}`);
        }
      };
      await both(world, wait("a"), wait("b"));
      equal(seen.sort(), ["a a", "a a", "a a", "a a", "b b", "b b", "b b", "b b"]);
      equal(await world.lines(), ["a <", "a0 < a", "a1 < a", "b <", "b0 < b", "b1 < b", "p <"]);
    },
  ),
  ...notLeaked("whose constructor is looked at before an async function returns it", async (promise) => {
    void promise.constructor;
    return promise;
  }),
  ...notLeaked("whose constructor is looked at before a deferred is resolved with it", (promise) => {
    const deferred = createDeferred();
    void promise.constructor;
    deferred.resolve(promise);
    return deferred.promise;
  }),
  ...notLeaked("that an async function returns", async (promise) => promise),
  ...notLeaked("given to Promise.resolve", (promise) => [Promise.resolve(promise)][0]),
  ...notLeaked("given to a Promise.resolve of before", (promise) => [ownResolve(promise)][0]),
  ...notLeaked("with finally", (promise) => promise.finally(() => undefined)),
  ...notLeaked("with a then of before", (promise) => ownThen(promise, () => 1)),
  ...notLeaked("that a subclass resolves", (promise) => Mine.resolve(promise)),
  ...notLeaked("in a thenable", (promise) => ({
    then: (resolve: (value: unknown) => void) => void promise.then(resolve),
  })),
  ...notLeaked("that another realm resolves", (promise, { realm }) => realm?.Promise.resolve(promise)),
  ...forKinds(
    (kind) => `jobs of nobody between the awaits of a promise (${kind}) see nothing active`,
    async (world, promise) => {
      const seen: unknown[] = [];
      const visit = () => seen.push(world.active());
      let isOver = false;
      const noise = (async () => {
        while (!isOver) {
          await null;
          visit();
          queueMicrotask(visit);
          void ownResolve().then(visit);
          if (seen.length % 50 === 0) await sleep();
        }
      })();
      const wait = async () => {
        for (let i = 0; i < 5; i++) {
          await promise;
          await world.call("c", async () => void (await promise));
        }
      };
      await both(world, wait, wait);
      isOver = true;
      await noise;
      equal(
        seen.filter((name) => name !== undefined),
        [],
      );
    },
  ),
  {
    title: "a deferred that is resolved inside a traced then leaves its waiter in the waiter's context",
    async run(world) {
      const { promise, resolve } = createDeferred<number>();
      const seen: unknown[] = [];
      await both(
        world,
        async () => {
          await world.call("a1").then(() => {
            seen.push(world.active());
            resolve(1);
          });
          seen.push(world.active());
        },
        async (self) => {
          await self.run(() => promise);
          seen.push(world.active());
          await world.call("b1");
        },
      );
      equal(seen.sort(), ["a", "a", "b"]);
      equal(await world.lines(), ["a <", "a1 < a", "b <", "b1 < b"]);
    },
  },
  {
    title:
      "then with one listener, catch and finally run where they were attached, and so does what awaits them",
    async run(world) {
      const seen: unknown[] = [];
      const note = () => seen.push(world.active());
      await both(
        world,
        async () => {
          const failing = world.call("a1", () => Promise.reject(new Error("no")));
          await failing.catch(note);
          note();
          await failing.then(undefined, note).finally(note);
          note();
          await world.call("a2").then(note);
          note();
          await world.call("a3").then();
          note();
        },
        async () => void (await world.call("b1")),
      );
      equal(seen, Array(8).fill("a"));
    },
  },
  {
    title: "combinators of traced calls, nested and failing, return to the awaiter's context",
    async run(world) {
      const seen: unknown[] = [];
      const note = () => seen.push(world.active());
      const fail = (name: string) => world.call(name, () => Promise.reject(new Error("no")));
      await both(
        world,
        async () => {
          await Promise.allSettled([world.call("a1"), fail("a2")]);
          note();
          await Promise.any([fail("a3"), world.call("a4")]);
          note();
          await Promise.race([world.call("a5"), sleep(50)]);
          note();
          await Promise.all([fail("a6"), 1]).catch(() => note());
          note();
          await Promise.all([]);
          note();
        },
        async () => void (await Promise.all([Promise.all([world.call("b1")]), world.call("b2")])),
      );
      equal(seen, Array(6).fill("a"));
      equal(
        (await world.lines()).filter((line) => !/^[ab]\d < [ab]$/.test(line)),
        ["a <", "b <"],
      );
    },
  },
  {
    title: "awaits in catch and finally keep the context, even after a synchronous throw",
    async run(world) {
      const seen: unknown[] = [];
      await both(
        world,
        async () => {
          try {
            world.tracing.withSpan(
              () => {
                throw new Error("at once");
              },
              { name: "a1" },
            );
          } catch {
            await world.call("a2");
            seen.push(world.active());
          } finally {
            await world.call("a3");
            seen.push(world.active());
          }
        },
        () => world.call("b1"),
      );
      equal(seen, ["a", "a"]);
    },
  },
  {
    title: "timers and event handlers are exact with span.run",
    async run(world) {
      await both(
        world,
        (self) => new Promise((resolve) => setTimeout(() => resolve(self.run(() => world.call("a1"))), 1)),
        (self) =>
          new Promise((resolve) => {
            const target = new EventTarget();
            target.addEventListener("ping", () => resolve(self.run(() => world.call("b1"))));
            setTimeout(() => target.dispatchEvent(new Event("ping")), 1);
          }),
      );
      equal(await world.lines(), ["a <", "a1 < a", "b <", "b1 < b"]);
    },
  },
  {
    title: "fetch, body readers and streams return to the awaiter's context",
    async run(world) {
      const seen: unknown[] = [];
      const read = (name: string) => async () => {
        const response = await fetch("data:application/json,[1]");
        seen.push(`${name} ${world.active()}`);
        await response.clone().json();
        seen.push(`${name} ${world.active()}`);
        const reader = response.body?.getReader();
        while (reader && !(await reader.read()).done) seen.push(`${name} ${world.active()}`);
        seen.push(`${name} ${world.active()}`);
        // Each of Node's iterators has its own next.
        if (Object.hasOwn(streamOf(0)[Symbol.asyncIterator](), "next")) return;
        for await (const _ of streamOf(3)) seen.push(`${name} ${world.active()}`);
        seen.push(`${name} ${world.active()}`);
      };
      await both(world, read("a"), read("b"));
      equal([...new Set(seen)].sort(), ["a a", "b b"]);
    },
  },
  {
    title: "async generators, traced or not, run in their reader's context",
    async run(world) {
      const { tracing } = world;
      const seen: unknown[] = [];
      async function* plain(name: string) {
        for (let i = 0; i < 3; i++) {
          await world.call(`${name}${i}`);
          seen.push(`${name} ${world.active()}`);
          yield i;
        }
      }
      const traced = tracing.trace(plain, { name: "g" });
      const read = (name: string) => async () => {
        for await (const _ of plain(name)) seen.push(`${name} ${world.active()}`);
        seen.push(`${name} ${world.active()}`);
        for await (const _ of traced("g")) seen.push(`${name} ${world.active()}`);
        seen.push(`${name} ${world.active()}`);
      };
      await both(world, read("a"), read("b"));
      equal([...new Set(seen)].sort(), ["a a", "b b", "g g"]);
    },
  },
  {
    title: "a mutex, a semaphore, p-limit and p-queue are exact if the job runs in its span",
    async run(world) {
      const limit = pLimit(1);
      const queue = new PQueue({ concurrency: 1 });
      const take = createSemaphore(2);
      const use = (name: string) => async (self: LiveSpan) => {
        const run = () => self.run(() => world.call(`${name} job`));
        await self.run(() => limit(run));
        await world.call(`${name} after limit`);
        await self.run(() => queue.add(run));
        await world.call(`${name} after queue`);
        const release = await self.run(take);
        await world.call(`${name} in semaphore`);
        release();
        await world.call(`${name} after`);
      };
      await both(world, use("a"), use("b"));
      equal(
        (await world.lines()).filter((line) => !/^(a|b) .* < \1$/.test(line)),
        ["a <", "b <"],
      );
    },
  },
  {
    title: "p-limit and p-queue without span.run never give a wrong parent that is not marked",
    async run(world) {
      const limit = pLimit(1);
      const queue = new PQueue({ concurrency: 1 });
      const use = (name: string) => async () => {
        await Promise.all([limit(() => world.call(`${name} job`)), limit(() => world.call(`${name} job`))]);
        await queue.add(() => world.call(`${name} job`));
        await world.call(`${name} after`);
      };
      await both(world, use("a"), use("b"));
      const wrong = (await world.lines()).filter(
        (line) => !/^(a|b) .* < \1$|\((inferred|unknown)\)/.test(line),
      );
      equal(wrong, ["a <", "b <"]);
    },
  },
  {
    title: "after an untraced await the innermost span of the only chain is the parent, and the span says so",
    async run(world) {
      await world.call("a", () =>
        world.call("b", async () => {
          await sleep(1);
          equal(world.active(), undefined, "what is active");
          await world.call("c");
          await world.call("d");
        }),
      );
      equal(await world.lines(), ["a <", "b < a", "c < b (inferred)", "d < b (inferred)"]);
    },
  },
  {
    title: "after an untraced await with several chains open, a span begins a trace linked to the candidates",
    async run(world) {
      await both(
        world,
        async () => {
          await sleep(1);
          await world.call("c");
        },
        () => sleep(5),
      );
      equal(await world.lines(), ["a <", "b <", "c < (unknown) a b"]);
    },
  },
  {
    title: "an explicit parent, span.run and a handle are exact after an untraced await",
    async run(world) {
      const { tracing } = world;
      await both(
        world,
        async (self) => {
          await sleep(1);
          tracing.startSpan({ name: "a1", parent: self }).end();
          await self.run(() => world.call("a2"));
          await world.tracing.withSpan(() => sleep(1), { name: "a3", parent: self });
        },
        () => sleep(10),
      );
      equal(await world.lines(), ["a <", "a1 < a", "a2 < a", "a3 < a", "b <"]);
    },
  },
  {
    title: "tracingContext and withRun after an untraced await make nothing certain that is not",
    async run(world) {
      const { tracing } = world;
      await world.call("a", async () => {
        await sleep(1);
        await tracing.tracingContext({ tags: { x: "1" } }, () => world.call("b"));
        await tracing.withRun(async () => void (await world.call("c")));
      });
      equal(await world.lines(), ["a <", "b < a (inferred)", "c < a (inferred)"]);
    },
  },
  {
    title: "tracingContext and withRun hold across awaits of what they return",
    async run(world) {
      const { tracing } = world;
      await tracing.withRun(async () => {
        await world.call("a");
        await world.call("b");
      });
      equal(await world.lines(), ["a <", "b <"]);
    },
  },
  {
    title: "if a trace is not recorded, nothing in it is after an untraced await",
    async run(world) {
      const { tracing } = world;
      const outer = tracing.trace(
        async () => {
          await world.call("a");
          await sleep(1);
          await world.call("b");
        },
        { samplingRatio: 0 },
      );
      await outer();
      await tracing.tracingContext({ enabled: false }, async () => {
        await sleep(1);
        await world.call("c");
      });
      equal(await world.lines(), []);
    },
  },
  {
    title: "after an untraced await below a remote span, that is the parent, and the span says so",
    async run(world) {
      await world.tracing.withContext(remote(1), async () => {
        await sleep(1);
        await world.call("a", async () => {
          await sleep(1);
          await world.call("b");
        });
        await sleep(1);
        await world.call("c");
      });
      await world.call("after");
      equal(await world.lines(), [
        "a < 0000000000000001 (inferred)",
        "after <",
        "b < a (inferred)",
        "c < 0000000000000001 (inferred)",
      ]);
    },
  },
  {
    title: "after an untraced await below one of several remote spans, a span is linked to all of them",
    async run(world) {
      const { tracing } = world;
      await Promise.all([
        tracing.withContext(remote(1), async () => {
          await sleep(1);
          await world.call("a");
        }),
        tracing.withContext(remote(2), () => sleep(5)),
        tracing.withContext(remote(2), () => sleep(5)),
      ]);
      equal(await world.lines(), ["a < (unknown) 0000000000000001 0000000000000002"]);
    },
  },
  {
    title:
      "below a remote span, awaits of the platform's combinators are exact, and what is not sampled is not recorded",
    async run(world) {
      const { tracing } = world;
      await tracing.withContext(remote(1), async () => {
        await Promise.all([sleep(1)]);
        await world.call("a");
      });
      await tracing.withContext(remote(1, "00"), async () => {
        await sleep(1);
        await world.call("b");
      });
      equal(await world.lines(), ["a < 0000000000000001"]);
    },
  },
  {
    title: "what then, catch and finally of a subclass's promise return keeps the awaiter's context",
    async run(world) {
      const { tracing } = world;
      const mine = () => tracing.withSpan(() => new Mine((resolve) => setTimeout(resolve, 1)), { name: "p" });
      await both(
        world,
        async () => {
          await mine().then(() => 1);
          await world.call("a1");
          await mine().catch(() => 1);
          await world.call("a2");
          const left = mine().finally(() => 1);
          await left.then(() => 1).then(() => 1);
          await world.call("a3");
          await left;
          await world.call("a4");
        },
        () => sleep(20),
      );
      const lines = await world.lines();
      equal(
        lines.filter((line) => !line.startsWith("p")),
        ["a <", "a1 < a", "a2 < a", "a3 < a", "a4 < a", "b <"],
      );
    },
  },
  {
    title: "promises stay promises: instanceof, constructor, identity, own methods",
    async run(world) {
      const { tracing } = world;
      await world.call("a", async () => {
        const promise = world.call("b");
        // eslint-disable-next-line no-restricted-syntax -- programs do that
        equal(promise instanceof Promise, true, "instanceof");
        equal(Object.prototype.toString.call(promise), "[object Promise]");
        equal(promise.constructor === Promise, true, "constructor");
        equal(Promise.resolve(promise) === promise, true, "Promise.resolve");
        await promise;
        equal(Promise.resolve(promise) === promise, true, "Promise.resolve when settled");
        const { constructor } = promise as unknown as { constructor: PromiseConstructor };
        equal([constructor.name, await new constructor((resolve) => resolve(1))], ["Promise", 1]);
        const mine = new Mine((resolve) => resolve(1));
        const given = tracing.withSpan(() => mine, { name: "c" });
        equal([given === mine, given.own(), given.constructor === Mine], [true, "own", true]);
        equal(given.then(() => 1) instanceof Mine, true, "what then gives");
        const memo = sleep();
        const load = tracing.trace(() => memo, { name: "d" });
        equal(load() === load(), true, "the same promise");
      });
    },
  },
  {
    title: "results and rejections are those of the traced function",
    async run(world) {
      const error = new Error("no");
      await world.call("a", async () => {
        const failing = world.call("b", () => Promise.reject(error));
        const seen = await Promise.allSettled([
          failing,
          failing.then(),
          failing.finally(() => 1),
          failing.catch(() => 2),
        ]);
        equal(
          seen.map((result) => (result.status === "rejected" ? result.reason === error : result.value)),
          [true, true, true, 2],
        );
        let caught: unknown;
        await failing.catch((reason: unknown) => (caught = reason));
        equal(caught === error, true);
      });
    },
  },
  {
    title: "an unhandled rejection is reported once, with its reason, and a handled one is not",
    async run(world) {
      await world.call("a", async () => {
        const fail = (name: string) => world.call(name, () => Promise.reject(name));
        void fail("nobody");
        void fail("nobody").then(() => 1);
        void fail("looked at").constructor;
        void Promise.resolve(fail("resolved"));
        void Promise.all([fail("all")]);
        fail("caught").catch(() => undefined);
        await fail("awaited").catch(() => undefined);
        await Promise.allSettled([fail("settled")]);
        void world.tracing.withSpan(() => Mine.reject("mine"), { name: "mine" });
        try {
          await fail("tried");
        } catch {
          // As it should.
        }
        await world.call("late");
      });
      equal((await world.unhandled()).sort(), ["all", "looked at", "mine", "nobody", "nobody", "resolved"]);
    },
  },
  {
    title:
      "a traced call settles one microtask later than untraced, two if it had already settled, and always in the same task",
    async run(world) {
      const bare = async () => {
        await null;
      };
      const traced = world.tracing.trace(bare);
      await world.call("a", async (self) => {
        const count = (call: () => Promise<unknown>) => self.run(() => countMicrotasks(call));
        equal((await count(traced)) - (await count(bare)), 1, "how much later a traced call settles");
        const nested = world.tracing.trace(traced);
        equal((await count(nested)) - (await count(bare)), 1, "how much later one traced twice settles");
        const promise = traced();
        await promise;
        equal((await count(() => promise)) - (await count(() => ownResolve())), 2, "when it has settled");
      });
    },
  },
  {
    title: "the platform's functions are the platform's own before, between and after spans",
    async run({ tracing }) {
      const before = describePlatform();
      await tracing.withSpan(async () => void (await Promise.all([])), { name: "a" });
      equal(samePlatform(before), true, "after a span");
      const span = tracing.startSpan({ name: "b" });
      equal(samePlatform(before), false, "while a span is open");
      await tracing.shutdown();
      equal(samePlatform(before), true, "after shutdown");
      span.end();
      equal(samePlatform(before), true, "after the span");
    },
  },
  {
    title: "two recorders share their patches of the platform, whichever is shut down first",
    async run() {
      for (const order of [0, 1]) {
        const before = describePlatform();
        const recorders = [0, 1].map(() => createTracing({ store: createMemoryStore() }));
        const spans = recorders.map((recorder) => recorder.startSpan({ name: "s" }));
        equal(samePlatform(before), false);
        await recorders[order]?.shutdown();
        equal(samePlatform(before), false);
        await recorders[1 - order]?.shutdown();
        equal(samePlatform(before), true);
        spans.forEach((span) => span.end());
        equal(samePlatform(before), true);
      }
    },
  },
  {
    title: "two recorders each follow an await for themselves",
    async run(world) {
      const other = createTracing({ store: createMemoryStore() });
      const inner = other.trace(async () => 1, { name: "inner" });
      await world.call("a", () =>
        other.withSpan(
          async () => {
            await world.tracing.trace(inner, { name: "b" })();
            equal([world.active(), other.getCurrentActiveSpan()?.name], ["a", "o"]);
            await inner();
            equal([world.active(), other.getCurrentActiveSpan()?.name], ["a", "o"]);
          },
          { name: "o" },
        ),
      );
      await other.shutdown();
    },
  },
  {
    title: "what others put over a function of the platform stays in place",
    async run({ tracing }) {
      const before = describePlatform();
      const own = Object.getOwnPropertyDescriptor(Promise, "all") as PropertyDescriptor;
      const span = tracing.startSpan({ name: "a" });
      const ours = Promise.all.bind(Promise);
      const underneath = Object.getOwnPropertyDescriptor(Promise, "all") as PropertyDescriptor;
      const theirs = ((values: Iterable<unknown>) => ours(values)) as typeof Promise.all;
      Promise.all = theirs;
      span.end();
      equal(Promise.all === theirs, true, "theirs is left");
      equal(await Promise.all([1]), [1]);
      const again = tracing.startSpan({ name: "b" });
      equal(await again.run(() => Promise.all([2])), [2]);
      again.end();
      equal(Promise.all === theirs, true, "theirs is left again");
      // They go, and restore what they found, which is out of use.
      Object.defineProperty(Promise, "all", underneath);
      tracing.startSpan({ name: "c" }).end();
      equal(samePlatform(before), true);
      Object.defineProperty(Promise, "all", own);
    },
  },
  {
    title: "promises and async functions of another realm are exact, or unknown",
    async run(world) {
      const { realm } = world;
      if (!realm) return;
      const load = realm.eval("(async () => 1)") as () => Promise<number>;
      const wait = realm.eval("(async (promise, then) => { await promise; return then(); })") as (
        promise: unknown,
        then: () => unknown,
      ) => Promise<unknown>;
      const seen: unknown[] = [];
      const use = (name: string) => async (self: LiveSpan) => {
        const promise = world.tracing.withSpan(load, { name: `${name}1` });
        await promise;
        seen.push(`${name} ${world.active()}`);
        await promise;
        seen.push(`${name} ${world.active()}`);
        await self.run(() =>
          wait(world.call(`${name}2`), () => seen.push(`${name} ${world.active() ?? name}`)),
        );
      };
      await both(world, use("a"), use("b"));
      equal([...new Set(seen)].sort(), ["a a", "b b"]);
    },
  },
];

/** How many microtasks pass until an await of what `fn` returns goes on. */
async function countMicrotasks(call: () => Promise<unknown>): Promise<number> {
  let count = 0;
  let isOver = false;
  const counting = (async () => {
    while (!isOver && count < 1000) {
      await null;
      count++;
    }
  })();
  await call();
  isOver = true;
  await counting;
  return count;
}

function streamOf(length: number): AsyncIterable<number> {
  let left = length;
  return new ReadableStream<number>({
    async pull(controller) {
      await null;
      if (left-- > 0) controller.enqueue(left);
      else controller.close();
    },
  }) as unknown as AsyncIterable<number>;
}

/** Acquired through a promise of its own, as with an async semaphore. */
function createSemaphore(slots: number): () => Promise<() => void> {
  const waiting: (() => void)[] = [];
  let free = slots;
  const release = () => {
    free++;
    waiting.shift()?.();
  };
  return async () => {
    while (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    free--;
    return release;
  };
}

function describePlatform(): PropertyDescriptor[] {
  const generator = Object.getPrototypeOf(async function* () {}) as { prototype: object };
  const places = [Promise, Promise.prototype, Response.prototype, ReadableStreamDefaultReader.prototype];
  return [
    ...[...places, generator.prototype].flatMap((place) =>
      Object.values<PropertyDescriptor>(Object.getOwnPropertyDescriptors(place)),
    ),
    ...["fetch", "setTimeout", "queueMicrotask"].map(
      (key) => Object.getOwnPropertyDescriptor(globalThis, key) as PropertyDescriptor,
    ),
  ];
}

function samePlatform(before: readonly PropertyDescriptor[]): boolean {
  const after = describePlatform();
  return (
    after.length === before.length &&
    after.every((descriptor, index) =>
      (["value", "get", "set", "writable", "enumerable", "configurable"] as const).every(
        (key) => descriptor[key] === before[index]?.[key],
      ),
    )
  );
}

/** A world for one case, and its end. */
export async function runContextCase(
  { run }: ContextCase,
  { unhandled, realm }: Pick<ContextWorld, "unhandled" | "realm">,
): Promise<void> {
  const store = createMemoryStore();
  const errors: unknown[] = [];
  const tracing = createTracing({ store, onError: (error) => errors.push(error) });
  const before = describePlatform();
  await run({
    tracing,
    unhandled,
    realm,
    active: () => tracing.getCurrentActiveSpan()?.name,
    call: (name, fn) =>
      tracing.withSpan(
        async (self) => {
          await (fn ? self.run(() => fn(self)) : sleep());
          return name;
        },
        { name },
      ),
    async lines() {
      await tracing.flush();
      const { traces } = await store.search({ includeSpans: true });
      const spans = traces.flatMap(({ data }) => data.spans);
      const nameOf = (id: string | undefined) => spans.find(({ spanId }) => spanId === id)?.name ?? id;
      return spans
        .map(({ name, parentSpanId, attributes, links = [] }) => {
          const mark = attributes["spanbook.parent"];
          const parts = [name, "<", nameOf(parentSpanId), mark && `(${mark as string})`];
          const linked = links.map(({ spanId }) => nameOf(spanId)).sort();
          return [...parts, ...linked].filter((part) => part !== undefined).join(" ");
        })
        .sort();
    },
  });
  await tracing.shutdown();
  equal(samePlatform(before), true, "the platform as it was");
  equal(errors.map(String), [], "errors of the recorder");
}
