import type { SerializedError } from "vitest";
import { DefaultReporter, type TestCase, type TestModule, type TestRunEndReason } from "vitest/node";

/**
 * Vitest's own report, and after it one plain line over all projects: `N passed, N failed`, with `, N skipped` when there
 * are any. Where CI is true nothing may be left out: a skipped test counts as failed. A file that breaks before its tests
 * run, and an error outside of any test, count as one failure each.
 */
export default class Reporter extends DefaultReporter {
  override onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    super.onTestRunEnd(modules, unhandledErrors, reason);
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const passed = tests.filter((test) => test.result().state === "passed").length;
    const failed = tests.filter((test) => test.result().state === "failed").length;
    const skipped = tests.filter(isSkipped);
    const broken = modules.filter((module) => module.state() === "failed" && !hasFailedTest(module));
    const isSkipFailure = process.env["CI"] === "true";
    const failures = failed + broken.length + unhandledErrors.length + (isSkipFailure ? skipped.length : 0);
    for (const test of skipped) {
      const note = noteOf(test);
      if (isSkipFailure || note !== "") {
        this.log(`skipped: ${test.module.relativeModuleId} > ${test.fullName}${note}`);
      }
    }
    if (failures > 0) process.exitCode = 1;
    const skips = skipped.length > 0 && !isSkipFailure ? `, ${skipped.length} skipped` : "";
    this.log(`${passed} passed, ${failures} failed${skips}`);
  }
}

/** Also a test that never came to run, as after an interrupt. */
function isSkipped(test: TestCase): boolean {
  const { state } = test.result();
  return state === "skipped" || state === "pending";
}

function noteOf(test: TestCase): string {
  const result = test.result();
  return result.state === "skipped" && result.note !== undefined ? ` (${result.note})` : "";
}

function hasFailedTest(module: TestModule): boolean {
  return !module.children.allTests("failed").next().done;
}
