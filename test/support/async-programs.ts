/**
 * Seeded concurrent async programs, in which every span's true parent is carried along by hand. What a program does is planned
 * before it runs, so that it is the same wherever it runs and however its steps interleave.
 */
import type { LiveSpan, Tracing } from "@spanbook/core";
import type { Span } from "@spanbook/core/model";
import type { TraceStore } from "@spanbook/core/store";
import { createRandom, type Random } from "./random.js";

/** How the recorded tree compares with the truth. */
export interface ProgramReport {
  readonly spanCount: number;
  /** Wrong and not marked, each as text. Must be empty. */
  readonly wrong: readonly string[];
  readonly inferredRight: number;
  readonly inferredWrong: number;
  /** Roots that should have had a parent, marked, with links. */
  readonly unknown: number;
  /** The recorded tree, one line per span. */
  readonly tree: readonly string[];
}

export interface ProgramOptions {
  /** Also awaits what nobody carries. */
  readonly isMixed: boolean;
}

type Step = (self: LiveSpan) => Promise<unknown>;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Runs a program into the store, which must be empty, and reports. */
export async function runAsyncProgram(
  seed: number,
  tracing: Tracing,
  store: TraceStore,
  options: ProgramOptions,
): Promise<ProgramReport> {
  const world = createWorld(createRandom(seed), tracing, options);
  await world.run();
  await tracing.flush();
  return compare(await readSpans(store), world.truth, world.lies);
}

function createWorld(random: Random, tracing: Tracing, { isMixed }: ProgramOptions) {
  /** The name of each span's true parent; undefined for a root. */
  const truth = new Map<string, string | undefined>();
  const lies: string[] = [];
  let count = 0;
  let running = 0;
  const shared: Promise<unknown>[] = [];
  const mutex = createMutex();

  /** The active span must be the span itself, or unknown. */
  function check(self: LiveSpan | undefined, where: string): void {
    const active = tracing.getCurrentActiveSpan();
    if (active && active !== self) {
      lies.push(`${active.name} is active in ${self?.name ?? "no span"}, ${where}`);
    }
  }

  /** A traced call, in one of the many ways. */
  function planCall(
    depth: number,
    body?: Step,
    fails = false,
  ): (parent: LiveSpan | undefined) => Promise<unknown> {
    const name = `s${count++}`;
    const steps = body ? [body] : planSteps(depth);
    const isTraced = random.chance(0.5);
    const pause = random.integer(0, 2);
    async function run(self: LiveSpan): Promise<string> {
      running++;
      try {
        for (const step of steps) {
          await carried(self, step);
          check(self, "after a step");
        }
        if (fails) throw new Error(name);
        return name;
      } finally {
        running--;
      }
    }
    // In mixed programs some steps are awaited directly: plain promises of plain async functions.
    const isCarried = !isMixed || random.chance(0.5);
    const carried = (self: LiveSpan, step: Step) => (isCarried ? self.run(() => step(self)) : step(self));
    return (parent) => {
      truth.set(name, parent?.name);
      if (isTraced) {
        return tracing.trace(() => run(expectActive(name)), { name })();
      }
      return tracing.withSpan(
        (self) => (pause ? run(self) : Promise.resolve().then(() => self.run(() => run(self)))),
        { name },
      );
    };
  }

  function expectActive(name: string): LiveSpan {
    const active = tracing.getCurrentActiveSpan();
    if (active?.name !== name) throw new Error(`${name} must be active in its own call`);
    return active;
  }

  function planSteps(depth: number): Step[] {
    if (depth <= 0) return [planRest()];
    return Array.from({ length: random.integer(1, 2) }, () =>
      random.pick(isMixed ? [...exact, ...untraced] : exact)(depth - 1),
    );
  }

  /** Something that takes time, inside a traced call. */
  function planRest(): Step {
    const ms = random.integer(0, 3);
    const ticks = random.integer(0, 4);
    if (ms > 0) return () => sleep(ms);
    return async () => {
      for (let i = 0; i < ticks; i++) await null;
    };
  }

  const calls = (depth: number, least: number) =>
    Array.from({ length: random.integer(least, 3) }, () => planCall(depth));

  const exact: readonly ((depth: number) => Step)[] = [
    function one(depth) {
      const call = planCall(depth);
      return async (self) => {
        await call(self);
        check(self, "after await");
      };
    },
    function several(depth) {
      const [first, ...others] = [...calls(depth, 2), planCall(0)];
      const combine = random.pick(["all", "allSettled", "race", "any"] as const) as "all";
      return async (self) => {
        await Promise[combine]([first, ...others].map((call) => call?.(self)));
        check(self, `after ${combine}`);
      };
    },
    function nested(depth) {
      const groups = [calls(depth, 1), calls(depth, 1)];
      const last = planCall(0);
      return async (self) => {
        await Promise.all(groups.map((group) => Promise.all(group.map((call) => call(self)))));
        await last(self);
        check(self, "after nested all");
      };
    },
    function failing(depth) {
      const call = planCall(depth, undefined, true);
      const [inCatch, inFinally, after] = [planCall(0), planCall(0), planCall(0)];
      return async (self) => {
        try {
          await call(self);
        } catch {
          await inCatch(self);
        } finally {
          await inFinally(self);
          check(self, "in finally");
        }
        await after(self);
      };
    },
    function memoised(depth) {
      const promise = random.integer(0, 2);
      const before = random.chance(0.5) ? planCall(0) : undefined;
      const after = planCall(depth);
      return async (self) => {
        if (before) await before(self);
        await shared[promise];
        check(self, "after a shared promise");
        await after(self);
      };
    },
    function twice(depth) {
      const call = planCall(depth);
      const after = [planCall(0), planCall(0), planCall(0)];
      return async (self) => {
        const promise = call(self);
        const waiter = async (index: number) => {
          await promise;
          await promise;
          check(self, "after the same promise twice");
          await after[index]?.(self);
        };
        await Promise.all([waiter(0), waiter(1)]);
        await promise;
        await after[2]?.(self);
      };
    },
    function chained(depth) {
      const [first, second, third, last] = [
        planCall(depth),
        planCall(0, undefined, true),
        planCall(0),
        planCall(0),
      ];
      return async (self) => {
        await first(self)
          .then(() => second(self))
          .catch(() => third(self))
          .finally(() => check(self, "in finally's callback"));
        check(self, "after a chain");
        await last(self);
      };
    },
    function resolved(depth) {
      const [call, after] = [planCall(depth), planCall(0)];
      return async (self) => {
        const promise = call(self);
        await Promise.resolve(promise);
        await Promise.resolve(promise);
        await Promise.resolve(1);
        check(self, "after Promise.resolve");
        await after(self);
      };
    },
    function tracedGenerator(depth) {
      const name = `s${count++}`;
      const [inBody, outside] = [calls(depth, 1), calls(0, 1)];
      const generate = tracing.trace(
        async function* () {
          const self = expectActive(name);
          for (const call of inBody) {
            await call(self);
            check(self, "in a traced generator");
            yield call;
          }
        },
        { name },
      );
      return async (self) => {
        truth.set(name, self.name);
        let index = 0;
        for await (const _ of generate()) {
          check(self, "in the loop over a traced generator");
          const call = outside[index++];
          if (call) await call(self);
        }
        check(self, "after a traced generator");
      };
    },
    function plainGenerator(depth) {
      const [inBody, outside] = [calls(depth, 1), calls(0, 1)];
      return async (self) => {
        async function* generate() {
          for (const call of inBody) {
            await call(self);
            check(self, "in a generator");
            yield call;
          }
        }
        let index = 0;
        for await (const _ of generate()) {
          const call = outside[index++];
          if (call) await call(self);
        }
        check(self, "after a generator");
      };
    },
    function stream(depth) {
      const inLoop = calls(depth, 1);
      return async (self) => {
        const left = [...inLoop];
        const reader = new ReadableStream<(typeof inLoop)[number]>({
          async pull(controller) {
            await null;
            const call = left.shift();
            if (call) controller.enqueue(call);
            else controller.close();
          },
        }).getReader();
        for (;;) {
          const { done, value } = await reader.read();
          check(self, "after a read");
          if (done) break;
          await value(self);
        }
      };
    },
    function fetched(depth) {
      const [between, after] = [planCall(0), planCall(depth)];
      return async (self) => {
        const response = await fetch("data:application/json,[1]");
        await between(self);
        await response.json();
        check(self, "after a body");
        await after(self);
      };
    },
    function timer(depth) {
      const call = planCall(depth);
      return (self) =>
        new Promise((resolve) => {
          setTimeout(() => resolve(self.run(() => call(self))), 1);
        });
    },
    function deferred(depth) {
      const [call, other, after] = [planCall(depth), planCall(0), planCall(0)];
      return async (self) => {
        let settle: (value: unknown) => void = () => undefined;
        const promise = new Promise((resolve) => (settle = resolve));
        const waiting = self.run(() => promise);
        const resolving = call(self).then(() => {
          settle(1);
          return other(self);
        });
        await waiting;
        check(self, "after a deferred");
        await after(self);
        await resolving;
      };
    },
    function locked() {
      const call = planCall(0);
      return async (self) => {
        const release = await self.run(() => mutex());
        check(self, "in a lock");
        try {
          await call(self);
        } finally {
          release();
        }
      };
    },
    function ofSubclass(depth) {
      const name = `s${count++}`;
      const after = planCall(depth);
      const isSettled = random.chance(0.5);
      const request = tracing.trace(
        () => (isSettled ? Mine.resolve(1) : new Mine((resolve) => setTimeout(resolve, 1))) as Mine<unknown>,
        { name },
      );
      return async (self) => {
        truth.set(name, self.name);
        const promise = request();
        await promise;
        check(self, "after a subclass");
        await after(self);
        await promise;
        check(self, "after a subclass again");
      };
    },
    function detached(depth) {
      const [call, after] = [planCall(depth), planCall(0)];
      return async (self) => {
        call(self).catch(() => undefined);
        await after(self);
      };
    },
  ];

  const untraced: readonly ((depth: number) => Step)[] = [
    function slept(depth) {
      const call = planCall(depth);
      const rest = planRest();
      return async (self) => {
        await rest(self);
        check(self, "after an untraced await");
        await call(self);
      };
    },
    function helped(depth) {
      const [call, after] = [planCall(depth), planCall(0)];
      return async (self) => {
        await (async () => call(self))();
        check(self, "after an untraced function");
        await after(self);
      };
    },
    function thenable(depth) {
      const call = planCall(depth);
      return async (self) => {
        await { then: (resolve: (value: number) => void) => resolve(1) };
        await call(self);
      };
    },
    function looped(depth) {
      const inLoop = calls(depth, 1);
      return async (self) => {
        for await (const call of [...inLoop, Promise.resolve(inLoop[0])]) {
          if (call !== inLoop[0]) await call?.(self);
        }
      };
    },
  ];

  async function run(): Promise<void> {
    const memos = Array.from({ length: 3 }, () => planCall(0));
    const roots = Array.from({ length: random.integer(2, 3) }, () => planCall(random.integer(1, 2)));
    let isOver = false;
    const noise = makeNoise(
      () => check(undefined, "in noise"),
      () => isOver,
    );
    shared.push(...memos.map((memo) => memo(undefined)));
    const results = roots.map((root) => root(undefined));
    await Promise.allSettled(results);
    while (running > 0) await sleep(1);
    isOver = true;
    await noise;
  }
  return { run, truth, lies };
}

class Mine<Value> extends Promise<Value> {
  readonly #own = 1;
  own(): number {
    return this.#own;
  }
}

function createMutex(): () => Promise<() => void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    const before = last;
    let release: () => void = () => undefined;
    last = new Promise((resolve) => (release = resolve));
    return before.then(() => release);
  };
}

/** Jobs of every kind that belong to nobody, until it is over. */
async function makeNoise(visit: () => void, isOver: () => boolean): Promise<void> {
  const { MutationObserver, document } = globalThis as Partial<typeof globalThis>;
  const node = document?.createElement("i");
  if (node && MutationObserver) new MutationObserver(visit).observe(node, { attributes: true });
  for (let i = 0; !isOver(); i++) {
    await null;
    visit();
    queueMicrotask(visit);
    void Promise.resolve(i).then(visit);
    node?.setAttribute("title", String(i));
    if (i % 10 === 0) await sleep(1);
    visit();
  }
}

async function readSpans(store: TraceStore): Promise<Span[]> {
  const spans: Span[] = [];
  let pageToken: string | undefined;
  do {
    const page = await store.search({ includeSpans: true, maxResults: 100, ...(pageToken && { pageToken }) });
    spans.push(...page.traces.flatMap(({ data }) => data.spans));
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return spans;
}

function compare(
  spans: readonly Span[],
  truth: ReadonlyMap<string, string | undefined>,
  lies: readonly string[],
): ProgramReport {
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  const wrong = [...lies];
  let [inferredRight, inferredWrong, unknown] = [0, 0, 0];
  for (const { name, parentSpanId, attributes, links = [] } of spans) {
    const parent = parentSpanId === undefined ? undefined : names.get(parentSpanId);
    const mark = attributes["spanbook.parent"];
    const isRight = parent === truth.get(name);
    if (mark === "inferred") {
      if (isRight) inferredRight++;
      else inferredWrong++;
    } else if (mark === "unknown") {
      unknown++;
      if (parent !== undefined || links.length === 0) wrong.push(`${name} is said to be unknown`);
    } else if (!isRight) {
      wrong.push(`${name} below ${parent ?? "nothing"}, not ${truth.get(name) ?? "nothing"}`);
    }
  }
  const missing = [...truth.keys()].filter((name) => !spans.some((span) => span.name === name));
  wrong.push(...missing.map((name) => `${name} is missing`));
  const tree = spans
    .map(({ name, parentSpanId }) => `${name} < ${names.get(parentSpanId ?? "") ?? ""}`)
    .sort();
  return { spanCount: spans.length, wrong, inferredRight, inferredWrong, unknown, tree };
}
