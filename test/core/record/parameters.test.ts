import { describe, expect, it } from "vitest";
// Not part of the public entry, so imported from its source.
import { nameArguments, parametersOf } from "../../../packages/core/src/record/parameters.js";

const named: [title: string, source: string, names: (string | undefined)[]][] = [
  ["a function", "(function f(a, b) {})", ["a", "b"]],
  ["an arrow", "(a, b) => a", ["a", "b"]],
  ["an arrow without parentheses", "a => a", ["a"]],
  ["an async arrow without parentheses", "async a => a", ["a"]],
  ["a method", "({ m(a, b) {} }).m", ["a", "b"]],
  ["a computed method", "({ [('x', 'y')](a) {} }).y", ["a"]],
  ["an async generator method", "({ async *m(a) {} }).m", ["a"]],
  ["a destructured parameter", "({ a, b }, [c], d) => 0", [undefined, undefined, "d"]],
  ["a rest parameter", "(a, ...others) => 0", ["a", "others"]],
  ["defaults with commas and brackets", "(a = [1, 2], b = { x: ')' }, c = f(1, '(')) => 0", ["a", "b", "c"]],
  ["comments", "(a /* , x */, // ) y\n b) => 0", ["a", "b"]],
  ["a trailing comma", "(a, b,) => 0", ["a", "b"]],
  ["letters beyond ASCII", "(größe, $_) => 0", ["größe", "$_"]],
  ["no parameter", "() => 0", []],
];

describe("the parameters of", () => {
  it.each(named)("%s are read from its source", (_title, source, names) => {
    const fn = (0, eval)(`var f = (x) => x; ${source}`) as (...args: never[]) => unknown;
    expect(parametersOf(fn)?.map(({ name }) => name)).toEqual(names);
  });

  it("a native or bound function are unknown", () => {
    expect(parametersOf(Math.max)).toBeUndefined();
    expect(parametersOf(((a: number) => a).bind(null))).toBeUndefined();
  });
});

describe("arguments", () => {
  const fn = (0, eval)(`(a, b = 2, c = "x", d = 'y', e = now(), ...rest) => 0`) as (
    ...args: never[]
  ) => unknown;

  it("are named, with defaults that are literals", () => {
    expect(nameArguments(parametersOf(fn), [1])).toEqual({ a: 1, b: 2, c: "x", d: "y", rest: [] });
    expect(nameArguments(parametersOf(fn), [1, null, 0, "", 5, 6, 7])).toEqual({
      a: 1,
      b: null,
      c: 0,
      d: "",
      e: 5,
      rest: [6, 7],
    });
  });

  it("without a name are keyed by position", () => {
    expect(
      nameArguments(
        parametersOf(({ a }: { a: number }, b: number) => a + b),
        [{ a: 1 }, 2, 3],
      ),
    ).toEqual({
      0: { a: 1 },
      b: 2,
      2: 3,
    });
    expect(nameArguments(undefined, [1, 2])).toEqual([1, 2]);
    expect(nameArguments([], [1])).toEqual([1]);
    expect(nameArguments([], [])).toEqual({});
  });
});
