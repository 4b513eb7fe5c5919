import { show } from "@spanbook/widget";
import { expect, test, vi } from "vitest";
import { eventually } from "../support/eventually.js";
import { markdownTrace } from "../support/markdown.js";
import { spanId, traceId } from "../support/spans.js";

const { load } = vi.hoisted(() => ({
  load: vi.fn(() => {
    throw new Error("no network");
  }),
}));
vi.mock("../../packages/widget/src/span/markdown-text.js", load);

test("texts are shown as they were written if the Markdown code cannot be loaded, and loading is tried again", async () => {
  const element = show(markdownTrace());
  document.body.append(element);
  const text = () => element.shadowRoot?.textContent;
  element.value = { traceId: traceId(1), spanId: spanId(1) };
  await eventually(() => expect(text()).toContain("## Which store should I take?"));
  await eventually(() => expect(load).toHaveBeenCalled());
  const count = load.mock.calls.length;
  element.value = { traceId: traceId(1), spanId: spanId(2) };
  await eventually(() => expect(load.mock.calls.length).toBeGreaterThan(count));
  expect(text()).toContain("Answer in **Markdown**.");
  element.remove();
});
