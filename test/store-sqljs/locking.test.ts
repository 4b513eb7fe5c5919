/** Who may open a file that others have open, or had open when they died. */
import { readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { aBatch, aSpan, getInfo, searchInfos, traceId } from "../support/spans.js";
import { startChild, type Child } from "./child.js";
import { contentOf, failureOf, filesBeside, newPath, open } from "./support.js";

describe("a file that is open for writing", { timeout: 60_000 }, () => {
  it("cannot be opened for writing a second time, and the error names the holder", async () => {
    const file = newPath();
    const store = await open(file);
    const failure = await failureOf(open(file));
    expect(failure.replace(/since \S+;/, "since then;")).toBe(
      `StoreLockedError: ${file} is open for writing in this process since then; open it with readOnly, or close it there; to use it in another thread see shareStore in @spanbook/core/worker (or remove ${file}-lock if the thread that opened it is gone)`,
    );
    await store.close();
    await (await open(file)).close();
  });

  it("cannot be opened for writing by another process until its holder closes it", async () => {
    const file = newPath();
    const holder = startChild("hold", [file]);
    expect(await holder.nextLine()).toBe("open");
    expect(await failureOf(open(file))).toContain(`is open for writing in process ${holder.process.pid} of`);
    holder.process.stdin.end();
    await holder.ended;
    await open(file);
  });

  it("can be read meanwhile, in its state at that moment, and reading changes nothing on disk", async () => {
    const file = newPath();
    const writer = await open(file);
    await writer.write(aBatch([aSpan({ trace: 1, open: true }), aSpan({ trace: 2 })]));
    const files = filesBeside(file).map((name) => [
      name,
      readFileSync(file.replace("traces.db", name), "latin1"),
    ]);
    const reader = await open(file, { readOnly: true });
    expect(
      filesBeside(file).map((name) => [name, readFileSync(file.replace("traces.db", name), "latin1")]),
    ).toEqual(files);
    expect(await contentOf(reader)).toEqual(await contentOf(writer));
    expect((await getInfo(reader)).state).toBe("IN_PROGRESS");

    await writer.write(aBatch([aSpan({ trace: 3 })]));
    expect(await searchInfos(reader)).toHaveLength(2);
    await writer.close();
    expect(await searchInfos(reader)).toHaveLength(2);
    await reader.close();
    expect(filesBeside(file)).toEqual(["traces.db"]);
  });

  it("can be read while its writer keeps saving it", async () => {
    const file = newPath();
    const child = startChild("write-forever", [file, 1, 1]);
    expect(await child.nextLine()).toBe("open");
    for (let round = 0; round < 10; round++) {
      let acknowledged = 0;
      for (let count = 0; count < 10; count++) acknowledged = Number(await child.nextLine());
      const reader = await open(file, { readOnly: true });
      expect(await reader.get(traceId(acknowledged), { include: "digests" })).toBeDefined();
      await reader.close();
    }
  });

  it("takes no writes through a store that only reads", async () => {
    const file = newPath();
    await (await open(file)).close();
    const reader = await open(file, { readOnly: true });
    const refusal = "needs a store opened for writing, got one opened with readOnly";
    expect(await failureOf(reader.write(aBatch([aSpan()])))).toBe(`TypeError: write ${refusal}`);
    expect(await failureOf(reader.delete({ maxTraces: 1 }))).toBe(`TypeError: delete ${refusal}`);
    expect(() => reader.writeSync(aBatch([aSpan()]))).toThrow(`writeSync ${refusal}`);
  });

  it("shows what a dead writer left open as unfinished, even to readers", async () => {
    const file = newPath();
    const holder = startChild("hold", [file, 1]);
    expect(await holder.nextLine()).toBe("open");
    holder.process.kill("SIGKILL");
    await holder.ended;
    const writer = await open(file);
    await writer.write(aBatch([aSpan({ trace: 7, open: true })]));
    const lock = readFileSync(`${file}-lock`, "utf8");
    writeFileSync(`${file}-lock`, lock.replace(`"pid":${process.pid}`, '"pid":999999999'));
    const reader = await open(file, { readOnly: true });
    expect((await getInfo(reader, 7)).state).toBe("UNFINISHED");
    writeFileSync(`${file}-lock`, lock);
  });
});

describe("the lock of a dead process", { timeout: 60_000 }, () => {
  const stale = { pid: 999_999_999, host: hostname(), since: "2026-01-01T00:00:00Z", token: "dead" };

  it("is taken over silently", async () => {
    const file = newPath();
    const holder = startChild("hold", [file, 3]);
    expect(await holder.nextLine()).toBe("open");
    holder.process.kill("SIGKILL");
    await holder.ended;
    expect(filesBeside(file)).toContain("traces.db-lock");
    expect((await getInfo(await open(file))).spanCount).toBe(3);
  });

  it("is taken over if another process has its id by now", async () => {
    const file = newPath();
    writeFileSync(`${file}-lock`, JSON.stringify({ ...stale, pid: process.pid, startTicks: "1" }));
    await open(file);
  });

  it("is taken over if its maker died before writing it", async () => {
    const file = newPath();
    writeFileSync(`${file}-lock`, "");
    await open(file);
  });

  it("is taken over even if the clock has since been set back", async () => {
    const file = newPath();
    writeFileSync(`${file}-lock`, "");
    const tomorrow = Date.now() / 1000 + 86_400;
    utimesSync(`${file}-lock`, tomorrow, tomorrow);
    await open(file);
  });

  it("is not taken over from another machine, whose processes are unknown", async () => {
    const file = newPath();
    writeFileSync(`${file}-lock`, JSON.stringify({ ...stale, host: "elsewhere" }));
    expect(await failureOf(open(file))).toBe(
      `StoreLockedError: ${file} is open for writing in process 999999999 of elsewhere since 2026-01-01T00:00:00Z; ` +
        `open it with readOnly, or close it there (or remove ${file}-lock if that process is gone)`,
    );
  });

  it("is taken over by exactly one of many who find it at the same time", async () => {
    for (let round = 0; round < 5; round++) {
      const file = newPath();
      writeFileSync(`${file}-lock`, JSON.stringify(stale));
      if (round % 2 === 1) writeFileSync(`${file}-lock-takeover`, JSON.stringify(stale));
      const children = Array.from({ length: 6 }, () => startChild("hold", [file]));
      const lines = await Promise.all(children.map((child: Child) => child.nextLine()));
      expect(lines.filter((line) => line === "open")).toHaveLength(1);
      expect(
        lines.filter((line) => line?.startsWith(`StoreLockedError: ${file} is open for writing in`)),
      ).toHaveLength(5);
      for (const child of children) child.process.stdin.end();
      await Promise.all(children.map((child) => child.ended));
      expect(filesBeside(file)).toEqual(["traces.db"]);
    }
  });
});
