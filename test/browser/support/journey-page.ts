/** A page with the explorer over IndexedDB, as in an application: filled on the first visit, the same after a reload. */
import { openStore } from "@spanbook/store-idb";
import { show, type TraceSource } from "@spanbook/widget";
import { aBatch, aSpan } from "../../support/spans.js";
import { aTrace, demoTraces, hostileTrace } from "../../support/traces.js";

const store = await openStore("journey", { onError: () => {} });
const { traces } = await store.search({});
if (traces.length === 0) for (const { data } of demoTraces()) await store.write(aBatch(data.spans));

/** A word of a megabyte wherever there is text, and 10,000 tags. */
function hugeTrace(trace: number) {
  const word = `${trace}`.repeat(1_000_000);
  const [inputs, outputs] = [{ [word]: word }, [{ role: "assistant", content: word }]];
  const source = { sourceType: "HUMAN", sourceId: word } as const;
  const said = {
    name: word,
    type: "feedback",
    source,
    createTimeMs: 0,
    lastUpdateTimeMs: 0,
    valid: true,
  } as const;
  return aTrace([aSpan({ trace, name: word, type: word, model: word, inputs, outputs })], {
    tags: Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [`${i}${i === 0 ? word : ""}`, i === 1 ? word : "x"]),
    ),
    assessments: [{ ...said, assessmentId: "a", value: word, rationale: word }],
    requestPreview: word,
  });
}

const given: Readonly<Record<string, () => TraceSource>> = {
  "": () => store,
  "#hostile": () => [hostileTrace(1), hostileTrace(2)],
  "#huge": () => [hugeTrace(1), hugeTrace(2)],
};
const element = show(given[location.hash]?.() ?? []);
element.style.height = "760px";
document.body.append(element);

const root = element.shadowRoot!;
const saved: string[] = [];
const create = URL.createObjectURL;
URL.createObjectURL = (blob: Blob) => {
  if (blob.type === "application/json") void blob.text().then((text) => saved.push(text));
  return create(blob);
};
HTMLAnchorElement.prototype.click = () => {};
const leaked: string[] = [];
addEventListener("keydown", ({ key }) => leaked.push(key));

Object.assign(globalThis, {
  element,
  root,
  saved,
  leaked,
  rows: () => [...root.querySelectorAll<HTMLElement>("[data-id]")],
  row: (text: string) =>
    [...root.querySelectorAll<HTMLElement>("[role=row][data-id]")].find((row) =>
      row.textContent.includes(text),
    ),
  named: (name: string) => root.querySelector<HTMLElement>(`[aria-label="${name}"]`),
  button: (text: string) =>
    [...root.querySelectorAll("button")].find((found) => found.textContent.trim() === text),
  text: () => root.textContent,
  write(name: string, text: string) {
    const field = root.querySelector<HTMLInputElement>(`.edit-form [aria-label="${name}"]`)!;
    field.value = text;
    field.dispatchEvent(new Event(field.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
  },
});
