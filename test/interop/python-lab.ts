/** JupyterLab with a Python kernel, in a real browser. */
import path from "node:path";
import { chromium, type Browser, type Locator, type Page } from "playwright-core";
import { findBrowser } from "../browser/find-browser.mjs";
import { openServer, type RunningServer } from "./servers.js";

export interface Lab {
  readonly page: Page;
  readonly errors: readonly string[];
  /** Opens a notebook of the folder, with its kernel running, as `panel` in the page; any other is closed first. */
  open(notebook: string): Promise<void>;
  /** Runs one of JupyterLab's commands, as in its palette. */
  command(name: string, options?: object): Promise<void>;
  /** Runs Python in the notebook's kernel, outside its cells, and returns what it printed. */
  python(code: string): Promise<string>;
  /** The output of a cell, counted from 0. */
  output(cell: number): Locator;
  close(): Promise<void>;
}

/** An environment in which Jupyter neither reads nor writes the user's own files. */
export function toJupyterEnvironment(folder: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...{
      HOME: folder,
      JUPYTER_CONFIG_DIR: path.join(folder, ".jupyter"),
      JUPYTER_DATA_DIR: path.join(folder, ".data"),
    },
    ...{ JUPYTER_RUNTIME_DIR: path.join(folder, ".runtime"), IPYTHONDIR: path.join(folder, ".ipython") },
    ...{
      MLFLOW_DISABLE_TELEMETRY: "true",
      DO_NOT_TRACK: "true",
      PYTHONWARNINGS: "ignore",
      PYTHONDONTWRITEBYTECODE: "1",
    },
  };
}

export async function openLab(python: string, folder: string): Promise<Lab> {
  const server = await openServer(
    (port) => [
      ...([python, "-m", "jupyterlab", "--no-browser", "--allow-root", `--port=${port}`] as const),
      ...["--ip=127.0.0.1", "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"],
      ...["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
    ],
    { cwd: folder, env: toJupyterEnvironment(folder) },
  );
  try {
    return await openInBrowser(server);
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function openInBrowser(server: RunningServer): Promise<Lab> {
  const browser: Browser = await chromium.launch({
    executablePath: findBrowser("chromium")!,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(90_000); // in case something hangs, not to measure
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.stack ?? String(error)));

  async function command(name: string, options: object = {}): Promise<void> {
    await page.evaluate(
      `jupyterapp.commands.execute(${JSON.stringify(name)}, ${JSON.stringify(options)}).then(() => {})`,
    );
  }

  return {
    page,
    errors,
    command,
    async open(notebook) {
      await page.goto(`http://127.0.0.1:${server.port}/lab/tree/${notebook}?reset`);
      await page.locator(".jp-Notebook").waitFor();
      await page.waitForFunction(
        "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
      );
      await page.evaluate("globalThis.panel = jupyterapp.shell.currentWidget; undefined");
    },
    python: (code) =>
      page.evaluate(
        `(async () => {
          const { kernel } = panel.sessionContext.session;
          const future = kernel.requestExecute({ code: ${JSON.stringify(code)}, store_history: false });
          let printed = "";
          future.onIOPub = ({ content }) => { printed += content.text ?? content.traceback?.join("\\n") ?? ""; };
          await future.done;
          return printed.replace(/\\u001b\\[[\\d;]*m/g, "").trim();
        })()`,
      ),
    output: (cell) => page.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea-output").last(),
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
