import { isStoreError, storeError } from "@spanbook/core/store";
import { describe, expect, it } from "vitest";

describe("a store's error", () => {
  it("is an Error that is recognised by its name", () => {
    const error = storeError("QuotaExceededError", "the disk is full");
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe("QuotaExceededError: the disk is full");
    expect(isStoreError(error, "QuotaExceededError")).toBe(true);
    expect(isStoreError(error, "AbortError")).toBe(false);
  });

  it("keeps its cause", () => {
    const cause = new Error("ENOSPC");
    expect(storeError("QuotaExceededError", "the disk is full", { cause }).cause).toBe(cause);
  });

  it("is recognised after it has crossed a worker boundary as name and message", () => {
    const { name, message } = storeError("AbortError", "the call was cancelled");
    const there = Object.assign(new Error(message), { name });
    expect(isStoreError(there, "AbortError")).toBe(true);
  });

  it("is distinguished from what only looks like one", () => {
    for (const value of [undefined, null, "AbortError", { name: "AbortError", message: "" }]) {
      expect(isStoreError(value, "AbortError")).toBe(false);
    }
  });
});
