import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { explainMissing, findBrowser, variables } from "./browser/find-browser.mjs";

// Makes sure that the tests find Chromium and Firefox. On Debian, as root, it installs what is missing; elsewhere it says
// what to do. Without CI=true a missing browser is no error: its tests are skipped.

/** @type {{ name: "chromium" | "firefox", debianPackage: string }[]} */
const browsers = [
  { name: "chromium", debianPackage: "chromium" },
  { name: "firefox", debianPackage: "firefox-esr" },
];

const missing = () => browsers.filter(({ name }) => findBrowser(name) === undefined);
const packages = missing()
  .filter(({ name }) => !process.env[variables[name]])
  .map(({ debianPackage }) => debianPackage);

if (packages.length > 0 && existsSync("/usr/bin/apt-get") && process.getuid?.() === 0) {
  console.log(`installing ${packages.join(" and ")}`);
  aptGet("update");
  aptGet("install", "--yes", "--no-install-recommends", ...packages);
}

for (const { name } of missing()) console.log(explainMissing(name));
if (missing().length > 0 && process.env.CI === "true") process.exitCode = 1;

/** @param {string[]} args */
function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["--quiet", ...args], { stdio: ["ignore", "inherit", "inherit"], env });
}
