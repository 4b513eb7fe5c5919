import type { SerializedError } from "vitest";
import { DefaultReporter, type TestCase, type TestModule, type TestRunEndReason } from "vitest/node";

/**
 * Vitest's own report, followed by one plain line for all projects: `N passed, N failed`, with `, N skipped` if any were. With
 * CI=true nothing may be left out: a skipped test counts as failed. A file that breaks before its tests run, and an error outside
 * any test, count as one failure each. Before that, each test that failed, was skipped, or passed only when run again has a line
 * of its own, which `.ci/run` repeats at its end.
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
    const failed = tests.filter((test) => test.result().state === "failed");
    const skipped = tests.filter(isSkipped);
    const broken = modules.filter((module) => module.state() === "failed" && !hasFailedTest(module));
    const isSkipFailure = process.env["CI"] === "true";
    const failures =
      failed.length + broken.length + unhandledErrors.length + (isSkipFailure ? skipped.length : 0);
    for (const test of skipped) {
      const note = noteOf(test);
      if (isSkipFailure || note !== "") this.#tell("skipped", test, note);
    }
    for (const test of tests.filter((one) => one.diagnostic()?.flaky)) this.#tell("passed again", test);
    for (const test of failed) this.#tell("failed", test);
    for (const module of broken) this.log(`failed: ${module.relativeModuleId}`);
    if (failures > 0) process.exitCode = 1;
    const skips = skipped.length > 0 && !isSkipFailure ? `, ${skipped.length} skipped` : "";
    this.log(`${passed} passed, ${failures} failed${skips}`);
  }

  #tell(what: string, test: TestCase, note = ""): void {
    const [error] = test.result().errors ?? [];
    const reason = error ? `: ${error.message.split("\n", 1)[0] ?? ""}` : "";
    this.log(`${what}: ${test.module.relativeModuleId} > ${test.fullName}${note}${reason}`);
  }
}

/** Or never ran, as after an interrupt. */
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
