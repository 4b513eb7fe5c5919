/**
 * Seeded random programs of functions that return and throw everything a function can. What a program did is a list of
 * lines, in which an object is named by where it was made: two runs are the same program if the lines are the same.
 */
import type { Random } from "../../support/random.js";

export type Wrap = <Fn extends (...args: never[]) => unknown>(fn: Fn) => Fn;

/** Runs a program of that many calls, some of them concurrent, and gives its lines. */
export async function runProgram(random: Random, calls: number, wrap: Wrap): Promise<string[]> {
  const lines: string[] = [];
  const world = createWorld(random, wrap);
  for (let i = 0; i < calls; i++) {
    const strands = Array.from({ length: random.integer(1, 3) }, () => world.plan(3));
    const reports = await Promise.all(strands.map((strand) => strand(i)));
    lines.push(...reports.flat());
  }
  return lines;
}

type Strand = (argument: unknown) => Promise<string[]>;

function createWorld(random: Random, wrap: Wrap): { plan(depth: number): Strand } {
  const names = new WeakMap<object, string>();
  let made = 0;
  const named = <Value extends object>(value: Value): Value => {
    names.set(value, `object ${++made}`);
    return value;
  };
  const show = (value: unknown): string => {
    if ((typeof value === "object" && value !== null) || typeof value === "function") {
      return names.get(value) ?? "another object";
    }
    return `${typeof value} ${String(value)}`;
  };
  const outcome = async (label: string, task: () => unknown): Promise<string> => {
    try {
      return `${label} gave ${show(await task())}`;
    } catch (error) {
      return `${label} threw ${show(error)}`;
    }
  };
  const hostile = (): unknown => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    const throwing = (): never => {
      throw new Error("hostile");
    };
    return random.pick<() => unknown>([
      () => named(Object.freeze({ a: 1 })),
      () => named(cyclic),
      () => named({ toJSON: throwing }),
      () => named({ toJSON: () => cyclic }),
      () => named(Object.defineProperty({}, "bad", { get: throwing, enumerable: true })),
      () => named(Object.create(null) as object),
      () => named(new Proxy([], { get: (_target, key) => (key === "then" ? undefined : throwing()) })),
      () => named([proxy]),
      () => named(new Map([[cyclic, 1n]])),
      () => "x".repeat(100_000),
      () => Symbol("s"),
      () => -0,
      () => undefined,
      () => null,
    ])();
  };
  const thrown = (): unknown => random.pick<() => unknown>([() => named(new TypeError("t")), hostile])();

  const kinds: readonly ((depth: number) => Strand)[] = [
    function plain(depth) {
      const value = hostile();
      const inner = next(depth);
      const fn = wrap((_argument: unknown) => ({ value, inner }));
      return async (argument) => {
        const got = fn(argument);
        return [`plain ${show(got.value)}`, ...(await got.inner(argument))];
      };
    },
    function throwing() {
      const error = thrown();
      const fn = wrap(() => {
        throw error;
      });
      return async () => [await outcome("throwing", () => fn())];
    },
    function asynchronous(depth) {
      const value = random.chance(0.5) ? hostile() : thrown();
      const fails = random.chance(0.3);
      const inner = next(depth);
      const fn = wrap(async (argument: unknown) => {
        const lines = await inner(argument);
        if (fails) throw value;
        return { lines, value };
      });
      return async (argument) => {
        try {
          const got = await fn(argument);
          return ["async", show(got.value), ...got.lines];
        } catch (error) {
          return [`async threw ${show(error)}`];
        }
      };
    },
    function memoized() {
      const promise = named(Promise.resolve(hostile()));
      const fn = wrap(() => promise);
      return async () => [`same ${fn() === fn()}`, await outcome("memoized", fn)];
    },
    function subclass() {
      class Mine<Value> extends Promise<Value> {
        readonly #secret = 1;
        secret() {
          return this.#secret;
        }
      }
      const fails = random.chance(0.5);
      const value = thrown();
      const fn = wrap(() => (fails ? Mine.reject(value) : Mine.resolve(value)) as Mine<unknown>);
      return async () => {
        const promise = fn();
        const facts = `${promise.constructor.name} ${promise instanceof Mine} ${promise.secret()}`;
        return [facts, await outcome("subclass", () => promise.finally(() => undefined))];
      };
    },
    function lazy() {
      let asked = 0;
      const value = hostile();
      const thenable = named({
        then: (onValue: (value: unknown) => unknown) => {
          asked++;
          return Promise.resolve(value).then(onValue);
        },
      });
      const fn = wrap(() => thenable);
      return async () => {
        const got = fn();
        const lines = [`${show(got)} asked ${asked}`, await outcome("lazy", () => got)];
        return [...lines, `asked ${asked}`];
      };
    },
    function forgotten() {
      const error = thrown();
      const isHandled = random.chance(0.5);
      const fn = wrap(async () => {
        throw error;
      });
      return async () => {
        const promise = fn();
        if (isHandled) promise.catch(() => undefined);
        return ["forgotten"];
      };
    },
    function generator() {
      const length = random.integer(0, 4);
      const stop = random.integer(0, 5);
      const fails = random.chance(0.3);
      const error = thrown();
      const fn = wrap(function* (to: number): Generator<number, string, unknown> {
        try {
          for (let i = 0; i < to; i++) lines.push(`sent ${show(yield i)}`);
          if (fails) throw error;
          return "end";
        } finally {
          lines.push("cleaned");
        }
      });
      let lines: string[] = [];
      return async () => {
        lines = [];
        const iterator = fn(length);
        for (let i = 0; i < stop; i++) {
          lines.push(
            await outcome("next", () => {
              const { value, done } = iterator.next(i);
              return `${String(value)} ${done}`;
            }),
          );
        }
        lines.push(await outcome("return", () => iterator.return("left").value));
        return [...lines, Object.prototype.toString.call(iterator)];
      };
    },
    function asyncGenerator() {
      const length = random.integer(0, 4);
      const stop = random.integer(1, 5);
      const fails = random.chance(0.3);
      const error = thrown();
      const fn = wrap(async function* (to: number) {
        for (let i = 0; i < to; i++) yield i;
        if (fails) throw error;
      });
      return async () => {
        const lines: string[] = [];
        const read = async () => {
          for await (const element of fn(length)) {
            lines.push(`element ${element}`);
            if (element === stop) break;
          }
        };
        lines.push(await outcome("loop", read));
        return lines;
      };
    },
    function method() {
      class Counter {
        static readonly kind = "counter";
        count = random.integer(0, 9);
        add = wrap(function (this: Counter, by: number) {
          return (this.count += by);
        });
      }
      const Traced = wrap(Counter as never) as unknown as typeof Counter;
      return async () => {
        const counter = new Traced();
        const facts = `${Traced.name} ${Traced.length} ${Traced.kind} ${counter instanceof Counter}`;
        return [facts, `${counter.add(2)} ${counter.add.name} ${counter.add.length}`];
      };
    },
  ];

  function next(depth: number): Strand {
    if (depth <= 0) return async () => [];
    return random.pick(kinds)(depth - 1);
  }
  return { plan: next };
}
