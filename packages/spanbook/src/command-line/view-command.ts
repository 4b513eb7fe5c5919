import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Command } from "commander";
import type { Context } from "./context.js";
import { withReportOptions, writeReport } from "./report-command.js";
import { examples, readingCommand } from "./shared-options.js";

interface ViewOptions {
  readonly open: boolean;
  readonly title?: string;
  readonly filter?: string;
  readonly maxTraces: number;
  readonly json?: true;
}

export function viewCommand(context: Context): Command {
  const { output, terminal } = context;
  return withReportOptions(readingCommand("view"))
    .summary("open the traces in the browser")
    .description(
      "Writes a report to the folder for temporary files, opens it in the browser, and prints its path.",
    )
    .option("--no-open", "do not open it, only print its path")
    .addHelpText(
      "after",
      examples(
        "npx spanbook view traces.db",
        "curl -s https://example.com/traces.json | npx spanbook view -",
      ),
    )
    .action(async (files: string[], options: ViewOptions) => {
      const page = path.join(await mkdtemp(path.join(tmpdir(), "spanbook-")), "report.html");
      await writeReport(files, page, options, context);
      if (options.json) output.printJson({ report: page });
      else output.print(page);
      if (options.open && !(await openInBrowser(page, terminal.env))) {
        output.note("No browser could be started: open that file yourself.");
      }
    });
}

/** The command that opens a file in the user's default program for it. */
const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Whether the browser could be started; it keeps running after this program ends. */
async function openInBrowser(file: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const [program, ...before] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(program, [...before, file], { detached: true, stdio: "ignore", env });
  child.unref();
  return once(child, "spawn").then(
    () => true,
    () => false,
  );
}
