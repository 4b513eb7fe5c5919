// SQLite compiled for the machine, which is the limit for one compiled to WebAssembly: the one that newer Nodes bring, in this
// Node or, where it is older, in Deno, which npm installs. It lies in a process of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("native-sqlite-program.mjs", import.meta.url));
const deno = fileURLToPath(new URL("../node_modules/.bin/deno", import.meta.url));

/** What runs a step of the program and gives its milliseconds; undefined where there is no such SQLite. */
export function startNative() {
  const command = process.getBuiltinModule("node:sqlite")
    ? [process.execPath]
    : existsSync(deno) && [deno, "run", "--allow-all"];
  if (!command) return undefined;
  const [runtime, ...options] = command;
  const child = spawn(runtime, [...options, program], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(step, ...parameters) {
      child.stdin.write(`${JSON.stringify([step, ...parameters])}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`${runtime} has ended`);
      return JSON.parse(value);
    },
    async close() {
      child.stdin.end();
      await once(child, "exit");
    },
  };
}
