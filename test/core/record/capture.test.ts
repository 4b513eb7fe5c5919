import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { captureAttribute, captureJson } from "../../../packages/core/src/record/capture.js";
import { createRandom, type Random } from "../../support/random.js";

const limit = 1 << 20;

function read(value: unknown): unknown {
  return JSON.parse(captureJson(value, limit).text);
}

describe("captureJson", () => {
  it("writes plain JSON data as JSON.stringify does", () => {
    const random = createRandom(1);
    for (let i = 0; i < 500; i++) {
      const value = randomJson(random, 4);
      expect(captureJson(value, limit)).toEqual({ text: JSON.stringify(value) });
    }
  });

  it("writes what JSON cannot hold in a readable form", () => {
    const cyclic: Record<string, unknown> = { name: "loop" };
    cyclic["self"] = cyclic;
    class Point {
      x = 1;
      get broken(): never {
        throw new Error("no");
      }
    }
    expect(read(cyclic)).toEqual({ name: "loop", self: "[circular]" });
    expect(read([1n, 2n ** 70n, NaN, -Infinity, undefined, Symbol("s")])).toEqual([
      1,
      "1180591620717411303424",
      "NaN",
      "-Infinity",
      null,
      "Symbol(s)",
    ]);
    expect(read(new Map([["a", new Set([1, 2])]]))).toEqual({ a: [1, 2] });
    expect(read(new Map([[1, "one"]]))).toEqual([[1, "one"]]);
    expect(read(new Date(0))).toBe("1970-01-01T00:00:00.000Z");
    expect(read(new Date(NaN))).toBe("Invalid Date");
    expect(read(new TypeError("bad", { cause: "x" }))).toMatchObject({
      name: "TypeError",
      message: "bad",
      cause: "x",
    });
    expect(read(new AggregateError(["a"], "all"))).toMatchObject({ message: "all", errors: ["a"] });
    expect(read(new Uint8Array([1, 255]))).toBe("[Uint8Array of 2 bytes: 01 ff]");
    expect(read(new Float32Array([1.5, 2]))).toEqual([1.5, 2]);
    expect(read(function named() {})).toBe("[function named]");
    expect(read(new Point())).toEqual({ x: 1 });
    expect(read({ toJSON: () => ({ shown: true }) })).toEqual({ shown: true });
    expect(read(Promise.resolve())).toBe("[promise]");
    expect(read(Object.create(null, { a: { value: 1, enumerable: true } }))).toEqual({ a: 1 });
  });

  it("recognises values from another realm", () => {
    const value: unknown = runInNewContext(
      `({
        map: new Map([["a", new Set([1])]]),
        date: new Date(0),
        error: new RangeError("far"),
        bytes: new Uint8Array([1]),
        list: [undefined],
      })`,
    );
    expect(read(value)).toMatchObject({
      map: { a: [1] },
      date: "1970-01-01T00:00:00.000Z",
      error: { name: "RangeError", message: "far" },
      bytes: "[Uint8Array of 1 bytes: 01]",
      list: [null],
    });
  });

  it("copes with a toJSON that returns itself, throws or never ends, and with an object that claims to be a Map", () => {
    const itself = { toJSON: () => itself as unknown };
    const endless = { toJSON: () => ({ ...endless }) as unknown };
    const throwing = {
      toJSON: (): never => {
        throw new Error("no");
      },
    };
    expect(read([itself, throwing])).toEqual(["[circular]", "[unreadable: no]"]);
    expect(read(endless)).toBe("[nested too deep]");
    expect(
      String(
        read(
          new (class {
            readonly [Symbol.toStringTag] = "Map";
          })(),
        ),
      ),
    ).toMatch(/^\[unreadable: /);
  });

  it("never throws, whatever the value does", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const hostile = {
      get throwing(): never {
        throw new Error("mine");
      },
      get throwingNothing(): never {
        throw undefined as never;
      },
      fine: 1,
    };
    const liar = new Proxy([], { get: () => { throw new Error("proxied"); } }); // prettier-ignore
    expect(read(hostile)).toEqual({
      throwing: "[unreadable: mine]",
      throwingNothing: "[unreadable: undefined]",
      fine: 1,
    });
    expect(String(read(proxy))).toMatch(/^\[unreadable: /);
    expect(String(read(liar))).toContain("unreadable");
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(captureJson(deep, limit).text).toContain("nested too deep");
  });

  it("keeps what stands beside a text that is cut", () => {
    const page = { html: "x".repeat(5000), title: "Receipt", more: ["y".repeat(5000), 12], width: 1200 };
    const captured = captureJson(page, 4000);
    expect(captured.text.length).toBeLessThan(4000);
    expect(JSON.parse(captured.text)).toMatchObject({
      title: "Receipt",
      more: [expect.stringMatching(/^y+…/), 12],
      width: 1200,
    });
  });

  it("cuts while it writes, and says how much", () => {
    const text = captureJson("x".repeat(1000), 100);
    expect(JSON.parse(text.text)).toBe(`${"x".repeat(80)}… 920 more characters`);
    expect(text.cut).toEqual({ characters: 920, items: 0 });

    const list = captureJson(Array.from({ length: 1000 }, (_, i) => i), 100); // prettier-ignore
    expect((JSON.parse(list.text) as unknown[]).at(-1)).toMatch(/^… \d+ more items$/);
    expect(list.cut?.items).toBeGreaterThan(900);

    const wide = captureJson(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i])), 100);
    expect(wide.text.length).toBeLessThan(200);
    expect(JSON.parse(wide.text)).toHaveProperty("k0", 0);
  });
});

describe("captureAttribute", () => {
  it("keeps the types that OTLP has", () => {
    expect(captureAttribute(3, limit)).toBe(3);
    expect(captureAttribute(2 ** 53, limit)).toEqual({ $double: 2 ** 53 });
    expect(captureAttribute(-0, limit)).toEqual({ $double: "-0" });
    expect(captureAttribute(NaN, limit)).toEqual({ $double: "NaN" });
    expect(captureAttribute(2n ** 62n, limit)).toEqual({ $int: "4611686018427387904" });
    expect(captureAttribute(["a", 1, null], limit)).toEqual(["a", 1, null]);
    expect(captureAttribute({ $int: "mine" }, limit)).toEqual({ $$int: "mine" });
    expect(captureAttribute(undefined, limit)).toBeUndefined();
    expect(captureAttribute("", limit)).toBe("");
  });
});

function randomJson(random: Random, depth: number): unknown {
  const kind = random.integer(0, depth > 0 ? 6 : 4);
  if (kind === 0) return null;
  if (kind === 1) return random.chance(0.5);
  if (kind === 2) return random.integer(-1000, 1000) + (random.chance(0.5) ? 0.25 : 0);
  if (kind <= 4) {
    return random.pick(["", "text", 'a"b\\c', "\u2028", "\ud800", "emoji 🎉", "</script>", "$int"]);
  }
  const length = random.integer(0, 4);
  const items = Array.from({ length }, () => randomJson(random, depth - 1));
  if (kind === 5) return items;
  return Object.fromEntries(
    items.map((item, i) => [random.pick(["a", "b", "__proto__", "$x", ""]) + i, item]),
  );
}
