/** No space, and no permission: an error that says so, nothing lost, and recording goes on once there is space again. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { aBatch, aSpan, searchInfos, traceId } from "../support/spans.js";
import { startChild } from "./child.js";
import { copyAsKilled, failureOf, filesBeside, newFolder, newPath, open } from "./support.js";

/**
 * A folder on a disk of its own, of that size; undefined if this user may not mount disks. Then the tests with a limit on file
 * size must do: it stops a write at the same point, with another code.
 */
function mountDisk(sizeBytes: number): { folder: string; setReadOnly(): void } | undefined {
  const folder = newFolder();
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "tmpfs", folder]);
  if (mounted.status !== 0) return undefined;
  onTestFinished(() => void execFileSync("umount", ["--lazy", folder]));
  return { folder, setReadOnly: () => void execFileSync("mount", ["-o", "remount,ro", folder]) };
}

describe("a full disk", { timeout: 60_000 }, () => {
  it("refuses batches whole, keeps what it has, and accepts more once there is space", async () => {
    const disk = mountDisk(2_000_000);
    if (!disk) return;
    const file = path.join(disk.folder, "traces.db");
    const ballast = path.join(disk.folder, "ballast");
    writeFileSync(ballast, Buffer.alloc(1_000_000));
    const store = await open(file, { journalMinBytes: 1e9 });
    const inputs = "x".repeat(3000);
    let stored = 0;
    let failure = "resolved";
    while (failure === "resolved") {
      const spans = [1, 2, 3].map((id) => aSpan({ trace: stored + 1, id, inputs }));
      failure = await failureOf(store.write(aBatch(spans)));
      if (failure === "resolved") stored++;
    }
    expect(failure).toBe(
      `QuotaExceededError: cannot write to the journal of ${file}: ENOSPC: no space left on device, write`,
    );
    expect(stored).toBeGreaterThan(10);
    expect(await searchInfos(store)).toHaveLength(Math.min(stored, 100));
    expect(await failureOf(store.delete({ maxTraces: 1000 }))).toBe("resolved");
    expect(() => store.writeSync(aBatch([aSpan({ trace: 998, inputs: inputs.repeat(9) })]))).toThrow(
      /^cannot write beside .*ENOSPC/,
    );

    const killed = copyAsKilled(file);
    expect(await searchInfos(await open(killed))).toHaveLength(0);

    rmSync(ballast);
    await store.write(aBatch([aSpan({ trace: 999, inputs })]));
    await store.close();
    expect(filesBeside(file)).toEqual(["traces.db"]);
    expect((await searchInfos(await open(file))).map((info) => info.traceId)).toEqual([traceId(999)]);
  });

  it("leaves the file and its journal as they were if met while saving, and is reported once", async () => {
    const disk = mountDisk(2_000_000);
    if (!disk) return;
    const file = path.join(disk.folder, "traces.db");
    const failures: string[] = [];
    const store = await open(file, {
      journalMinBytes: 200_000,
      onError: ({ name, message }) => failures.push(`${name}: ${message}`),
    });
    const ballast = path.join(disk.folder, "ballast");
    writeFileSync(ballast, Buffer.alloc(1_000_000));
    const inputs = "x".repeat(3000);
    for (let trace = 1; trace <= 60; trace++) {
      await store.write(aBatch([aSpan({ trace, inputs })]));
      await searchInfos(store);
    }
    expect(failures).toEqual([
      expect.stringMatching(
        /^QuotaExceededError: cannot write .*: ENOSPC: no space left on device, expected \d+ bytes/,
      ),
    ]);
    expect(await searchInfos(await open(copyAsKilled(file)))).toHaveLength(60);
    expect(await failureOf(store.close())).toMatch(/^QuotaExceededError: cannot write .* ENOSPC/);
    expect(await failureOf(open(file))).toMatch(/^QuotaExceededError: cannot write .* ENOSPC/);
    expect(await searchInfos(await open(file, { readOnly: true }))).toHaveLength(60);
    rmSync(ballast);
    expect(await searchInfos(await open(file))).toHaveLength(60);
  });

  const limits = [
    { what: "the journal", journalMinBytes: 1e9, maxBatches: 1000 },
    {
      what: "the file when it is saved, which the journal stands in for,",
      journalMinBytes: 10_000,
      maxBatches: 100,
    },
  ];
  for (const { what, journalMinBytes, maxBatches } of limits) {
    it(`or a limit on file size, met by ${what} loses nothing that was acknowledged`, async () => {
      const file = newPath();
      const child = startChild("fill-disk", [file, journalMinBytes, maxBatches], limitFileSize);
      const full = JSON.parse((await child.nextLine())!) as { stored: number; failure?: string };
      expect(full.stored).toBeGreaterThan(5);
      if (full.stored < maxBatches) {
        expect(full.failure).toBe(
          `QuotaExceededError: cannot write to the journal of ${file}: EFBIG: file too large, write`,
        );
      }
      const killed = copyAsKilled(file);

      execFileSync("prlimit", ["--pid", String(child.process.pid), "--fsize=unlimited"]);
      child.process.stdin.write("go on\n");
      const after = JSON.parse((await child.nextLine())!) as {
        stored: number;
        newest: number;
        failures: string[];
      };
      expect(await child.ended).toBe(0);
      expect([after.stored, after.newest]).toEqual([full.stored + 1, full.stored + 1]);
      // A save may have met the limit before the journal did.
      for (const name of after.failures) expect(name).toBe("QuotaExceededError");
      if (full.stored === maxBatches) expect(after.failures).not.toEqual([]);

      for (const [left, count] of [
        [killed, full.stored],
        [file, after.stored],
      ] as const) {
        const { traces } = await (await open(left)).search({ maxResults: 1000 });
        expect([left, traces.length]).toEqual([left, count]);
        expect(traces.every(({ info }) => info.spanCount === 20)).toBe(true);
      }
    });
  }
});

/** The program's files may be 300 kB in size. */
function limitFileSize(command: string[]): string[] {
  return ["bash", "-c", 'ulimit -S -f 300; exec "$@"', "bash", ...command];
}

describe("a path that cannot be written to", { timeout: 30_000 }, () => {
  it("is reported with the system's code and the path, and nothing is changed", async () => {
    // Not even root can create files here.
    expect(await failureOf(open("/proc/traces.db"))).toMatch(
      /^Error: cannot open \/proc\/traces\.db: E(NOENT|ACCES): [^\n]*'\/proc\/traces\.db-lock'$/,
    );
    expect(await failureOf(open("/proc/out/traces.db"))).toMatch(
      /^Error: cannot open \/proc\/out\/traces\.db: E(NOENT|ACCES): [^\n]*'\/proc\/out'$/,
    );
  });

  it("on a read-only disk can still be opened with readOnly", async () => {
    const disk = mountDisk(1024 * 1024);
    if (!disk) return;
    const file = path.join(disk.folder, "traces.db");
    const store = await open(file);
    await store.write(aBatch([aSpan()]));
    await store.close();
    const before = readFileSync(file);
    disk.setReadOnly();
    expect(await failureOf(open(file))).toBe(
      `Error: cannot open ${file}: EROFS: read-only file system, access '${file}'`,
    );
    const missing = path.join(disk.folder, "missing.db");
    expect(await failureOf(open(missing))).toBe(
      `Error: cannot open ${missing}: EROFS: read-only file system, open '${missing}-lock'`,
    );
    expect(await searchInfos(await open(file, { readOnly: true }))).toHaveLength(1);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(filesBeside(file)).toEqual(["traces.db"]);
  });
});
