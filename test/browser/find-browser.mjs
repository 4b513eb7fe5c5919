import { existsSync } from "node:fs";

// Plain JavaScript, because `npm run` scripts use it before anything is built.

const macApplications = "/Applications/";
const windowsPrograms = "C:\\Program Files\\";

export const variables = { chromium: "SPANBOOK_CHROMIUM", firefox: "SPANBOOK_FIREFOX" };

const usualPaths = {
  chromium: [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/snap/bin/chromium",
    "/usr/bin/google-chrome",
    `${macApplications}Chromium.app/Contents/MacOS/Chromium`,
    `${macApplications}Google Chrome.app/Contents/MacOS/Google Chrome`,
    `${windowsPrograms}Google\\Chrome\\Application\\chrome.exe`,
  ],
  firefox: [
    "/usr/bin/firefox-esr",
    "/usr/bin/firefox",
    "/snap/bin/firefox",
    `${macApplications}Firefox.app/Contents/MacOS/firefox`,
    `${windowsPrograms}Mozilla Firefox\\firefox.exe`,
  ],
};

/**
 * The path of an installed browser: the environment variable's if it is set, else the first usual place that exists.
 *
 * @param {"chromium" | "firefox"} name
 * @returns {string | undefined}
 */
export function findBrowser(name) {
  const chosen = process.env[variables[name]];
  return (chosen ? [chosen] : usualPaths[name]).find((path) => existsSync(path));
}

/**
 * What to do about a missing browser, in one line.
 *
 * @param {"chromium" | "firefox"} name
 */
export function explainMissing(name) {
  const variable = variables[name];
  const chosen = process.env[variable];
  return chosen
    ? `${name} is missing: ${variable} names ${chosen}, which does not exist`
    : `${name} is missing: install it, or set ${variable} to the path of its program`;
}
