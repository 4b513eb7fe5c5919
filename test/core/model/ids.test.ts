import { contentId, createIdSource } from "@spanbook/core/model";
import { describe, expect, it } from "vitest";

describe("an id source", () => {
  it("turns the random bytes into 32 and 16 lower-case hex digits, in order", () => {
    const ids = createIdSource((pool) => pool.forEach((_, index) => (pool[index] = index & 0xff)));
    expect(ids.traceId()).toBe("000102030405060708090a0b0c0d0e0f");
    expect(ids.spanId()).toBe("1011121314151617");
    expect(ids.spanId()).toBe("18191a1b1c1d1e1f");
    expect(ids.traceId()).toBe("202122232425262728292a2b2c2d2e2f");
  });

  it("asks for 4,096 random bytes at a time, and uses none twice", () => {
    let fills = 0;
    const ids = createIdSource((pool) => {
      expect(pool.length).toBe(4096);
      new DataView(pool.buffer).setUint32(0, ++fills);
      for (let at = 4; at < pool.length; at += 4) {
        new DataView(pool.buffer).setUint32(at, at + fills * 10_000);
      }
    });
    const seen = new Set<string>();
    for (let index = 0; index < 1000; index++) seen.add(ids.spanId());
    // 512 per pool; one more id would start the third.
    expect([seen.size, fills]).toEqual([1000, 2]);
    for (let index = 0; index < 24; index++) seen.add(ids.spanId());
    expect([seen.size, fills]).toEqual([1024, 2]);
    seen.add(ids.spanId());
    expect([seen.size, fills]).toEqual([1025, 3]);
  });

  it("never cuts an id short at the end of a pool", () => {
    const ids = createIdSource((pool) => pool.fill(0xab));
    ids.spanId();
    for (let index = 0; index < 600; index++) expect(ids.traceId()).toBe("ab".repeat(16));
  });

  it("skips an id of zeros, which W3C Trace Context forbids", () => {
    const ids = createIdSource((pool) => pool.fill(0, 0, 24).fill(0xcd, 24));
    expect(ids.spanId()).toBe("cd".repeat(8));
    const others = createIdSource((pool) => pool.fill(0).fill(1, 31));
    expect(others.traceId()).toBe(`${"00".repeat(15)}01`);
  });

  it("uses the platform's random bytes unless told otherwise", () => {
    const ids = createIdSource();
    const seen = Array.from({ length: 2000 }, () => ids.traceId());
    expect(new Set(seen).size).toBe(2000);
    expect(seen.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
  });
});

describe("a content id", () => {
  it("is the 128-bit FNV-1a of the JSON text", () => {
    // Known values of FNV-1a for "1", "{}" and "[]", computed independently.
    expect(contentId(Object(1) as object)).toBe("d228cb693f1a8caf78912b704e4a4e54");
    expect(contentId({})).toBe("0880955dd2ab1be95aa0733055c655b5");
    expect(contentId([])).toBe("0880950eb2ab1be95aa0733055956c75");
  });

  it("is the same for equal values, and differs for different ones", () => {
    const resource = { attributes: { "service.name": "demo" } };
    expect(contentId(resource)).toBe(contentId(structuredClone(resource)));
    expect(contentId(resource)).not.toBe(contentId({ attributes: { "service.name": "Demo" } }));
    expect(contentId({ a: "\ud83d\ude00" })).not.toBe(contentId({ a: "\ud83d\ude01" }));
    expect(contentId(resource)).toMatch(/^[0-9a-f]{32}$/);
  });
});
