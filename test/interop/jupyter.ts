/** Jupyter with the kernels of Deno and tslab: its programs from the Python environment "jupyter", its folders the test's own. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findPython } from "./python.mjs";
import { openServer } from "./servers.js";

const script = fileURLToPath(new URL("jupyter/notebooks.py", import.meta.url));
const deno = fileURLToPath(new URL("../../node_modules/.bin/deno", import.meta.url));
const tslab = fileURLToPath(new URL("tslab/node_modules/tslab/bin/tslab", import.meta.url));
/** Under the project, so that a notebook in it that imports `@spanbook/core` gets what was built, and tslab the types of Node. */
const cacheFolder = fileURLToPath(new URL("../../.cache/", import.meta.url));

/** The project's notebooks. */
export const notebooksFolder = fileURLToPath(new URL("../../notebooks/", import.meta.url));

/** By the name of its spec: how it is started, and what its notebooks call it. */
const kernels = {
  deno: { argv: [deno, "jupyter", "--kernel", "--conn", "{connection_file}"], display_name: "Deno" },
  tslab: {
    argv: [process.execPath, tslab, "kernel", "--config-path={connection_file}"],
    display_name: "TypeScript",
  },
};
export type KernelName = keyof typeof kernels;

/** Whether tslab is installed, in a folder of its own. */
export const hasTslab = existsSync(tslab);

export interface Notebook {
  readonly cells: readonly {
    readonly cell_type: string;
    readonly source: string | readonly string[];
    readonly outputs?: readonly CellOutput[];
  }[];
}

export interface CellOutput {
  readonly output_type: string;
  readonly data?: Readonly<Record<string, string | readonly string[]>>;
  readonly text?: string | readonly string[];
}

export interface Jupyter {
  /** Where it may write. */
  readonly folder: string;
  /** Writes a notebook of code cells for a kernel, by default Deno's, and returns its path. */
  write(name: string, cells: readonly string[], kernel?: KernelName): Promise<string>;
  /** Executes a notebook's file in its own folder, and returns the path of the outcome. */
  execute(file: string): Promise<string>;
  read(file: string): Promise<Notebook>;
  /** The page that nbconvert makes of it. */
  convert(file: string, ...flags: readonly ("--sanitize" | "--dark")[]): Promise<string>;
  /** A server of JupyterLab on its folder. */
  openLab(): Promise<{ readonly url: string; close(): Promise<void> }>;
  close(): Promise<void>;
}

export async function openJupyter(): Promise<Jupyter> {
  const python = findPython("jupyter");
  if (python === undefined) throw new Error("no Jupyter");
  await mkdir(cacheFolder, { recursive: true });
  const folder = await mkdtemp(path.join(cacheFolder, "jupyter-"));
  for (const [name, spec] of Object.entries(kernels)) {
    const kernel = path.join(folder, "data", "kernels", name);
    await mkdir(kernel, { recursive: true });
    await writeFile(path.join(kernel, "kernel.json"), JSON.stringify({ ...spec, language: "typescript" }));
  }
  const env = {
    ...process.env,
    HOME: folder,
    DENO_DIR: path.join(folder, "deno"),
    JUPYTER_PATH: path.join(folder, "data"),
    JUPYTER_DATA_DIR: path.join(folder, "data"),
    JUPYTER_CONFIG_DIR: path.join(folder, "config"),
    JUPYTER_RUNTIME_DIR: path.join(folder, "runtime"),
    JUPYTER_NO_CONFIG: "1",
    PYTHONWARNINGS: "ignore",
  };
  const program = python;
  const run = (args: readonly string[], cwd: string) =>
    promisify(execFile)(program, [script, ...args], { cwd, env, maxBuffer: 2 ** 28 });
  let made = 0;

  return {
    folder,
    async write(name, cells, kernel = "deno") {
      const file = path.join(folder, name);
      await writeFile(file, toNotebook(cells, kernel));
      return file;
    },
    async execute(file) {
      const target = path.join(folder, `executed-${++made}-${path.basename(file)}`);
      await run(["execute", file, target], path.dirname(file));
      return target;
    },
    read: async (file) => JSON.parse(await readFile(file, "utf8")) as Notebook,
    async convert(file, ...flags) {
      const target = path.join(folder, `converted-${++made}.html`);
      await run(["convert", file, target, ...flags], folder);
      return target;
    },
    async openLab() {
      const server = await openServer(
        (port) => [
          ...([program, "-m", "jupyterlab", "--no-browser", "--allow-root", `--port=${port}`] as const),
          ...["--ip=127.0.0.1", "--IdentityProvider.token=", `--ServerApp.root_dir=${folder}`],
          // So that a test can run the commands that the menus run.
          ...[
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.news_url=",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
          ],
        ],
        { cwd: folder, env },
      );
      return { url: `http://127.0.0.1:${server.port}/lab`, close: () => server.close() };
    },
    close: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** The outputs of each code cell. */
export function outputsOf({ cells }: Notebook): (readonly CellOutput[])[] {
  return cells.filter((cell) => cell.cell_type === "code").map(({ outputs = [] }) => outputs);
}

/** A text as notebooks hold it, in one piece. */
export function textOf(text: string | readonly string[] = ""): string {
  return typeof text === "string" ? text : text.join("");
}

/** What an output has in a form, such as text/html; empty if it has none. */
export function inForm(output: CellOutput | undefined, mimeType: string): string {
  return textOf(output?.data?.[mimeType]);
}

function toNotebook(cells: readonly string[], kernel: KernelName): string {
  return JSON.stringify({
    cells: cells.map((source, index) => ({
      ...{ cell_type: "code", id: `cell-${index}`, execution_count: null, metadata: {}, outputs: [], source },
    })),
    metadata: {
      kernelspec: { name: kernel, display_name: kernels[kernel].display_name, language: "typescript" },
      language_info: { name: "typescript" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  });
}
