#!/usr/bin/env node
import { exitCodes, runCommandLine } from "./command-line/run.js";

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());
process.once("SIGTERM", () => interrupted.abort());
process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  // The reader of the output, such as `head`, has had enough.
  if (code === "EPIPE") process.exit(exitCodes.done);
  process.stderr.write(`spanbook: cannot write to standard output: ${message}\n`);
  process.exit(exitCodes.failed);
});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interrupted.signal,
});
