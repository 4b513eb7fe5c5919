import { Blob } from "node:buffer";
import { expect, test, vi } from "vitest";
import { allParts } from "../../packages/widget/src/all-parts.js";
import { defineExplorerElement } from "../../packages/widget/src/explorer-element.js";
import { defineOutputElement } from "../../packages/widget/src/hosts/output-element.js";
import { toOutputHtml } from "../../packages/widget/src/hosts/output-html.js";
import { aSpan } from "../support/spans.js";
import { aTrace } from "../support/traces.js";

const nowMs = Date.UTC(2026, 10, 22);

/** An output as a kernel makes it at `madeAtMs`, with a trace that began at `startMs` and still runs. */
function anOutput(startMs: number, madeAtMs: number): Promise<string> {
  const fields = { startTimeUnixNano: `${startMs}000000` };
  const other = aTrace([aSpan({ trace: 2 })]);
  const traces = [aTrace([aSpan({ open: true, fields })]), other];
  return toOutputHtml({ id: "spanbook-1", snapshot: { traces, totalCount: 2, madeAtMs }, options: {} });
}

/** What the list says about its newest trace. */
function shown(): string {
  const explorer = document.querySelector("spanbook-output")?.shadowRoot?.querySelector("spanbook-explorer");
  return explorer?.shadowRoot?.querySelector("[role=row][data-id]")?.textContent ?? "";
}

test("a running trace is unfinished once its kernel is silent for a minute, or for as long as it had run, until there is news", async () => {
  // What jsdom lacks.
  vi.stubGlobal("Blob", Blob);
  vi.stubGlobal(
    "CSSStyleSheet",
    class {
      replaceSync(): void {}
    },
  );
  Object.assign(document, { adoptedStyleSheets: [] });
  vi.useFakeTimers({ now: nowMs, toFake: ["Date", "setTimeout", "clearTimeout"], shouldAdvanceTime: true });
  try {
    defineExplorerElement(allParts);
    defineOutputElement();
    document.body.innerHTML = await anOutput(nowMs - 1000, nowMs);
    await expect.poll(shown).toContain("answer");
    vi.advanceTimersByTime(50_000);
    expect(shown()).not.toContain("unfinished");
    vi.advanceTimersByTime(15_000);
    await expect.poll(shown).toContain("unfinished");

    document.body.innerHTML = await anOutput(Date.now() - 600_000, Date.now());
    await expect.poll(shown).not.toContain("unfinished");
    vi.advanceTimersByTime(590_000);
    expect(shown()).not.toContain("unfinished");
    vi.advanceTimersByTime(100_000);
    await expect.poll(shown).toContain("unfinished");
  } finally {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  }
});
