// SQLite compiled for the machine, the limit for one compiled to WebAssembly: the one included in newer versions of Node, in this
// Node or, if that is older, in Deno, which npm installs. It runs in a separate process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("native-sqlite-program.mjs", import.meta.url));
const deno = fileURLToPath(new URL("../node_modules/.bin/deno", import.meta.url));

/** A function that runs a step of the program and returns its milliseconds; undefined if there is no such SQLite. */
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
