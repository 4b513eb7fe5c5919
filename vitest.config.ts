import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";
import { textImports } from "./build/text-imports.mjs";
import { workerFiles } from "./build/worker-files.mjs";

const nodeTests = "test/**/*.test.ts";
const jsdomTests = "test/**/*.jsdom.test.{ts,tsx}";
const browserTests = "test/browser/**/*.test.ts";
const interopTests = "test/interop/**/*.test.ts";

export default defineConfig({
  plugins: [textImports(), workerFiles()],
  // Packages resolve to their sources. What is not ours Node loads itself, and it knows no "module" condition.
  resolve: { conditions: ["spanbook-source", ...defaultClientConditions.filter(isKnownToNode)] },
  ssr: { resolve: { conditions: ["spanbook-source", ...defaultServerConditions.filter(isKnownToNode)] } },
  test: {
    reporters: ["./test/reporter.ts"],
    // Against what hangs, not to measure: a small machine runs browsers and property tests at the same time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A machine that does other things as well can lose a race that no user would: once more, and the report names it.
    retry: process.env["CI"] === "true" ? 1 : 0,
    // Many tests wait for processes and disks: without it one of two cores would have nothing to do.
    maxWorkers: "100%",
    expect: { poll: { timeout: 30_000, interval: 30 } },
    projects: [
      {
        extends: true,
        test: { name: "node", include: [nodeTests], exclude: [jsdomTests, browserTests, interopTests] },
      },
      {
        extends: true,
        test: { name: "jsdom", include: [jsdomTests], environment: "jsdom" },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: [browserTests],
          // A file has its two browsers open one after the other, and waits for them half of the time.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "interop",
          include: [interopTests],
          // Servers, kernels and their start take long.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
        },
      },
    ],
  },
});

function isKnownToNode(condition: string): boolean {
  return condition !== "module";
}
