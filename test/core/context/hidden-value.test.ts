import { expect, it } from "vitest";
import { createHiddenValues } from "../../../packages/core/src/context/hidden-value.js";

it("a hidden value can be put on any object, is seen only by the place that put it there, and leaves no other trace", () => {
  const [here, there] = [createHiddenValues<number>(), createHiddenValues<number>()];
  for (const object of [{}, Object.freeze([]), Promise.resolve(), new Proxy({}, {})]) {
    expect(here.get(object)).toBeUndefined();
    here.set(object, 1);
    expect([here.get(object), there.get(object)]).toEqual([1, undefined]);
    there.set(object, 2);
    expect([here.get(object), there.get(object)]).toEqual([1, 2]);
    expect(Reflect.ownKeys(object).filter((key) => key !== "length")).toEqual([]);
  }
});
