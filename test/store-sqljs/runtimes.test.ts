/** The store in its users' other runtimes: Deno and Bun, as npm installs them, and Node as Yarn starts it. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { startChild } from "./child.js";
import { filesBeside, newFolder, newPath, open } from "./support.js";

const modules = fileURLToPath(new URL("../../node_modules/", import.meta.url));

/** npm installs the program for this machine in a package of its own; that in the package "bun" waits for an install script. */
function findBun(): string {
  const folder = path.join(modules, "@oven");
  const [name = "none"] = existsSync(folder) ? readdirSync(folder) : [];
  return path.join(folder, name, "bin/bun");
}

const runtimes: { name: string; command: string[] }[] = [
  { name: "Deno", command: [path.join(modules, ".bin/deno"), "run", "--allow-all"] },
  { name: "Bun", command: [findBun()] },
];

for (const { name, command } of runtimes) {
  const isMissing = !existsSync(command[0] ?? "") && `npm has not installed ${name} here`;
  /** In place of Node. */
  const inRuntime = ([, ...script]: string[]) => [...command, ...script];

  describe.skipIf(isMissing)(`in ${name}, a program`, { timeout: 120_000 }, () => {
    const ways: [string, string, number][] = [
      ["that ends by process.exit() in the midst of writing", "process.exit", 0],
      ["that a signal ends, with a handler of its own,", "signal", 1],
    ];
    it.each(ways)("%s loses nothing, and Node reads the file", async (_, way, code) => {
      const file = newPath();
      const child = startChild("leave", [file, way], inRuntime);
      expect(await child.ended).toBe(code);
      const store = await open(file);
      expect((await store.search({ maxResults: 1000 })).traces).toHaveLength(200);
    });

    it("that closes its store has released the file", async () => {
      const file = newPath();
      const child = startChild("close", [file], inRuntime);
      expect(await child.ended).toBe(0);
      expect(filesBeside(file)).toEqual(["traces.db"]);
    });

    it("that ends by itself leaves a complete file, which it can open again", async () => {
      const file = newPath();
      const child = startChild("leave", [file, "by itself"], inRuntime);
      expect(await child.remainingLines()).toEqual(["acknowledged"]);
      expect(await child.ended).toBe(0);
      expect(filesBeside(file)).toEqual(["traces.db"]);
      const again = startChild("idle", [file], inRuntime);
      expect(await again.remainingLines()).toEqual(["100"]);
      expect(await again.ended).toBe(0);
      expect(filesBeside(file)).toEqual(["traces.db"]);
    });
  });
}

describe("in Node with permissions, a program", () => {
  const isNamed = process.allowedNodeEnvironmentFlags.has("--permission");
  function flags(file: string): string[] {
    const permission = isNamed ? "--permission" : "--experimental-permission";
    return [permission, "--allow-worker", "--allow-fs-read=*", `--allow-fs-write=${path.dirname(file)}/*`];
  }
  const allowing =
    (allowed: string) =>
    ([program = "", ...script]: string[]) => [program, ...flags(allowed), ...script];

  it("that ends by process.exit() in the middle of writing loses nothing", async () => {
    const file = newPath();
    const child = startChild("leave", [file, "process.exit"], allowing(file));
    expect(await child.ended).toBe(0);
    const store = await open(file);
    expect((await store.search({ maxResults: 1000 })).traces).toHaveLength(200);
  });

  it("writes nothing where it may not", async () => {
    const [allowed, denied] = [newPath(), newPath()];
    const child = startChild("close", [denied], allowing(allowed));
    expect(await child.ended).toBe(1);
    expect(filesBeside(denied)).toEqual([]);
  });
});

describe("in Node under Yarn's Plug'n'Play, a program", () => {
  it("records into a file, in a worker that gets Yarn's options but no others of the program", async () => {
    const [folder, file] = [newFolder(), newPath()];
    const [yarns, another, seen] = [".pnp.cjs", "another.cjs", "seen"].map((name) => path.join(folder, name));
    const tell = `
      const thread = require("node:worker_threads").isMainThread ? "main" : "worker";
      require("node:fs").appendFileSync(${JSON.stringify(seen)}, require("node:path").basename(__filename) + " " + thread + "\\n");
    `;
    // What Yarn puts in place of Node's lacks this.
    const withoutSync = `
      const { promises } = require("node:fs");
      const { open } = promises;
      const sync = () => { throw new Error("Method not implemented.") };
      promises.open = async (...words) => Object.assign(await open(...words), { sync, datasync: sync });
      require("node:module").syncBuiltinESMExports();
    `;
    writeFileSync(yarns!, tell + withoutSync);
    writeFileSync(another!, tell);
    const options = `NODE_OPTIONS=--require "${yarns}" --require "${another}"`;
    const child = startChild("close", [file], (command) => ["env", options, ...command]);
    expect(await child.ended).toBe(0);
    expect(filesBeside(file)).toEqual(["traces.db"]);
    expect(readFileSync(seen!, "utf8").trim().split("\n")).toEqual([
      ".pnp.cjs main",
      "another.cjs main",
      ".pnp.cjs worker",
    ]);
  });
});
