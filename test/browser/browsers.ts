import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium, type Page as ChromiumPage } from "playwright-core";
import puppeteer, { type Page as FirefoxPage } from "puppeteer-core";
import { afterAll, expect, type TestContext } from "vitest";
import { explainMissing, findBrowser } from "./find-browser.mjs";

export type BrowserName = "chromium" | "firefox";

export const browserNames = ["chromium", "firefox"] as const satisfies readonly BrowserName[];

/** A real browser. Closing it closes its pages and removes the profile that was made for it. */
export interface TestBrowser {
  readonly name: BrowserName;
  /** Where it keeps its data. */
  readonly profileFolder: string;
  openPage(): Promise<TestPage>;
  close(): Promise<void>;
}

/** What both browsers' pages can do. For more there is `chromium` or `firefox`, the driver's own page. */
export interface TestPage {
  /** Everything since the page was opened that would alarm a reader of its console: errors logged or uncaught. */
  readonly errors: readonly string[];
  /**
   * The URLs that the page has requested since it was opened, except its own document and data: and blob: URLs.
   * Firefox reports http only, Chromium files too.
   */
  readonly requests: readonly string[];
  readonly chromium?: ChromiumPage;
  readonly firefox?: FirefoxPage;
  /** Resolves when the page's load event has fired. */
  goto(url: string): Promise<void>;
  title(): Promise<string>;
  /** Runs an expression, or a function given as its text, in the page; a promise is awaited; the result must be plain data. */
  evaluate<T>(expression: string): Promise<T>;
  /** Runs a function in the page. It sees nothing of the test's file; argument and result must be plain data. */
  evaluate<T, A>(pageFunction: (argument: A) => T | Promise<T>, argument: A): Promise<T>;
  /**
   * Resolves when the expression is truthy in the page, even if the page's policy forbids eval; rejects after 20
   * seconds.
   */
  waitFor(expression: string): Promise<void>;
  /** Clicks the first element that the CSS selector finds, open shadow roots included only as the selector says. */
  click(selector: string): Promise<void>;
  press(
    key: "Enter" | "Escape" | "Tab" | "ArrowDown" | "ArrowUp" | "ArrowLeft" | "ArrowRight" | "Home" | "End",
  ): Promise<void>;
  type(text: string): Promise<void>;
  setSize(widthPx: number, heightPx: number): Promise<void>;
  /** A PNG of what is in view. */
  screenshot(): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface OpenBrowserOptions {
  /** What `prefers-color-scheme` says in its pages; light by default. */
  readonly colorScheme?: "light" | "dark";
}

/**
 * A browser for the tests of one file, opened when the first test asks, closed after the last. Call it at the top of the
 * file or of a describe; call its result with the test's context. If the browser is not installed the test is skipped
 * with the reason, and fails if CI is true.
 *
 *     const chromium = useBrowser("chromium");
 *     test("…", async (context) => {
 *       const page = await (await chromium(context)).openPage();
 */
export function useBrowser(
  name: BrowserName,
  options?: OpenBrowserOptions,
): (context: TestContext) => Promise<TestBrowser> {
  let opening: Promise<TestBrowser> | undefined;
  afterAll(async () => (await opening)?.close());
  return (context) => {
    if (findBrowser(name) === undefined && process.env["CI"] !== "true") context.skip(explainMissing(name));
    return (opening ??= openBrowser(name, options));
  };
}

/** Opens a browser that the caller closes. Rejects with an Error that says what to install when the browser is not there. */
export function openBrowser(name: BrowserName, options: OpenBrowserOptions = {}): Promise<TestBrowser> {
  return name === "chromium" ? openChromium(options) : openFirefox(options);
}

const chromiumFlags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function openChromium(options: OpenBrowserOptions = {}): Promise<TestBrowser> {
  const executablePath = requireBrowser("chromium");
  const profile = await openProfile();
  const context = await chromium.launchPersistentContext(profile.folder, {
    executablePath,
    args: chromiumFlags,
    colorScheme: options.colorScheme ?? "light",
  });
  return {
    name: "chromium",
    profileFolder: profile.folder,
    openPage: async () => chromiumPage(await context.newPage()),
    close: async () => {
      await context.close();
      await profile.remove();
    },
  };
}

/** A page that was opened through the driver itself. */
export function chromiumPage(page: ChromiumPage): TestPage {
  const log = createPageLog(() => page.mainFrame());
  page.on("console", log.onConsole);
  page.on("pageerror", log.onError);
  page.on("request", log.onRequest);
  const evaluate = <T, A>(pageFunction: PageFunction<T, A>, argument?: A) =>
    page.evaluate<T, unknown>(pageFunction as (argument: unknown) => T, argument);
  return {
    ...toTestPage(page, log, evaluate),
    chromium: page,
    click: (selector) => page.locator(`css=${selector}`).first().click(),
    setSize: (width, height) => page.setViewportSize({ width, height }),
  };
}

export async function openFirefox(options: OpenBrowserOptions = {}): Promise<TestBrowser> {
  const executablePath = requireBrowser("firefox");
  const profile = await openProfile();
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath,
    userDataDir: profile.folder,
    headless: true,
    extraPrefsFirefox: {
      "layout.css.prefers-color-scheme.content-override": options.colorScheme === "dark" ? 0 : 1,
    },
  });
  return {
    name: "firefox",
    profileFolder: profile.folder,
    openPage: async () => firefoxPage(await browser.newPage()),
    close: async () => {
      await browser.close();
      await profile.remove();
    },
  };
}

function firefoxPage(page: FirefoxPage): TestPage {
  const log = createPageLog(() => page.mainFrame());
  page.on("console", log.onConsole);
  page.on("pageerror", log.onError);
  page.on("request", log.onRequest);
  const evaluate = <T, A>(pageFunction: PageFunction<T, A>, argument?: A) =>
    page.evaluate(pageFunction as (argument: unknown) => T, argument) as Promise<T>;
  return {
    ...toTestPage(page, log, evaluate),
    firefox: page,
    click: (selector) => page.click(selector),
    setSize: (width, height) => page.setViewport({ width, height }),
  };
}

type PageFunction<T, A> = string | ((argument: A) => T);

/** What the two drivers call by the same name. */
function toTestPage(
  page: ChromiumPage | FirefoxPage,
  { errors, requests }: Pick<TestPage, "errors" | "requests">,
  evaluate: <T, A>(pageFunction: PageFunction<T, A>, argument?: A) => Promise<T>,
) {
  return {
    errors,
    requests,
    goto: async (url: string) => void (await page.goto(url)),
    title: () => page.title(),
    evaluate,
    waitFor: (expression: string) =>
      until(() => evaluate<boolean, never>(`Boolean(${expression})`), expression),
    press: (key: Parameters<TestPage["press"]>[0]) => page.keyboard.press(key),
    type: (text: string) => page.keyboard.type(text),
    screenshot: () => page.screenshot(),
    close: () => page.close(),
  };
}

interface PageRequest {
  isNavigationRequest(): boolean;
  frame(): unknown;
  url(): string;
}

/** The errors of a page, and what it requests besides its own document. */
function createPageLog(mainFrame: () => unknown) {
  const errors: string[] = [];
  const requests: string[] = [];
  return {
    errors,
    requests,
    onConsole: (message: { type(): string; text(): string }) => {
      if (message.type() === "error") errors.push(message.text());
    },
    onError: (error: unknown) => void errors.push(String(error)),
    onRequest: (request: PageRequest) => {
      const isOwnDocument = request.isNavigationRequest() && request.frame() === mainFrame();
      if (!isOwnDocument && !/^(data|blob):/.test(request.url())) requests.push(request.url());
    },
  };
}

/** Polls, because the drivers' own waiting compiles the expression in the page, which a strict policy forbids. */
async function until(isTrue: () => Promise<boolean>, expression: string): Promise<void> {
  await expect.poll(isTrue, { timeout: 20_000, interval: 30, message: expression }).toBe(true);
}

function requireBrowser(name: BrowserName): string {
  const found = findBrowser(name);
  if (found === undefined) throw new Error(explainMissing(name));
  return found;
}

async function openProfile() {
  const folder = await mkdtemp(path.join(tmpdir(), "spanbook-profile-"));
  return {
    folder,
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}
