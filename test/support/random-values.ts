/** Random values such as programs hold, and such as none should: that throw, lie, never end, or contain themselves. */
import type { Random } from "./random.js";

const primitives: readonly unknown[] = [
  ...[undefined, null, true, 0, -0, NaN, Infinity, 2 ** 53, 0.1, "", "text", "\ud800", "x".repeat(3000)],
  ...[10n ** 30n, -5n, Symbol("s"), Symbol.iterator, () => 1, class Named {}, "</script>", "$int"],
];
const keys = ["a", "b", "length", "toJSON", "then", "message", "cause", "name", "stack", "$int", "", "0"];
const symbolKeys = [Symbol.toPrimitive, Symbol.toStringTag, Symbol.iterator];

/** `reads` counts how often hostile parts were read, in all. */
export interface HostileValue {
  readonly value: unknown;
  reads(): number;
}

export function randomValue(random: Random): HostileValue {
  let reads = 0;
  const made: object[] = [];

  function any(depth: number): unknown {
    if (depth <= 0 || random.chance(0.25)) return random.pick(primitives);
    // The same object again: a cycle if it is above, shared if it is beside.
    if (made.length > 0 && random.chance(0.15)) return random.pick(made);
    return keep(random.pick(makers)(depth - 1));
  }

  function keep(object: object): object {
    made.push(object);
    return object;
  }

  function several(depth: number): unknown[] {
    return Array.from({ length: random.integer(0, 5) }, () => any(depth));
  }

  /** Throws, returns something, or returns something else each time. */
  function unreliable(depth: number): () => unknown {
    const way = random.integer(0, 3);
    const once = any(depth);
    return () => {
      reads++;
      if (way === 0) throw random.pick<unknown>([new Error("no"), "no", null, undefined]);
      if (way === 1) return endless();
      return way === 2 ? { again: reads } : once;
    };
  }

  /** The same at every level, and never the same object. */
  function endless(): object {
    return Object.defineProperties(
      {},
      Object.fromEntries(
        ["left", "right"].map((key) => [
          key,
          {
            enumerable: true,
            get() {
              reads++;
              return endless();
            },
          },
        ]),
      ),
    );
  }

  const makers: readonly ((depth: number) => object)[] = [
    function plain(depth) {
      const object = keep({});
      for (const member of several(depth)) {
        const key = random.pick([...keys, ...symbolKeys]);
        Object.defineProperty(object, key, { value: member, enumerable: true, configurable: true });
      }
      return object;
    },
    (depth) => several(depth),
    function holes(depth) {
      const list = several(depth);
      list.length = random.pick([3, 1000, 2 ** 32 - 1]);
      return list;
    },
    (depth) => new Map(several(depth).map((member) => [any(depth), member])),
    (depth) => new Set(several(depth)),
    function error(depth) {
      const failure = random.chance(0.3) ? new AggregateError([any(depth)]) : new TypeError("failed");
      // It is made from name and message when first read, by whatever the platform or a tool has for that.
      void failure.stack;
      for (const key of ["message", "cause", "stack", "name"]) {
        if (random.chance(0.3)) Object.defineProperty(failure, key, { value: any(depth) });
      }
      return failure;
    },
    () => new Date(random.pick([0, NaN, 8.64e15])),
    () => random.pick([new Uint8Array(70), new Float64Array([NaN, 1]), new DataView(new ArrayBuffer(2))]),
    () => new BigInt64Array(3),
    () => Object(random.pick(["text", 1, false, 1n, Symbol("boxed")])) as object,
    () => random.pick([/x/g, new URL("https://x.example"), new WeakMap(), Promise.resolve(1)]),
    function detached() {
      const bytes = new Uint8Array(8);
      structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
      return bytes;
    },
    function withGetters(depth) {
      const object = {};
      for (const key of random.shuffle(keys).slice(0, random.integer(1, 4))) {
        Object.defineProperty(object, key, { get: unreliable(depth), enumerable: true });
      }
      return object;
    },
    function withJson(depth) {
      return {
        toJSON: unreliable(depth),
        toString: unreliable(depth),
        [Symbol.toPrimitive]: unreliable(depth),
      };
    },
    function claimsToBe(depth) {
      const { prototype } = random.pick([Map, Set, Error, Date, Uint8Array, Promise, Array, String]);
      return Object.assign(Object.create(prototype) as object, { own: any(depth) });
    },
    function lying(depth) {
      const target = random.chance(0.5) ? several(depth) : { a: any(depth) };
      const traps = random
        .shuffle(["get", "has", "ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf"])
        .slice(0, random.integer(1, 3));
      return new Proxy(target, Object.fromEntries(traps.map((trap) => [trap, unreliable(depth)])));
    },
    function revoked() {
      const { proxy, revoke } = Proxy.revocable(random.chance(0.5) ? {} : [], {});
      revoke();
      return proxy;
    },
    function deep() {
      let object: object = {};
      for (let level = 0; level < 5000; level++) object = level % 2 === 0 ? [object] : { object };
      return object;
    },
  ];

  return { value: any(5), reads: () => reads };
}
