import { readdirSync, readFileSync } from "node:fs";
import type { Span } from "@spanbook/core/model";
import { expect, it } from "vitest";
import { describeSpan as describeIn } from "../../../packages/core/src/model/describe-span.js";
import { digestSpan as digestIn } from "../../../packages/core/src/model/digest-span.js";
import { describeSpan, digestSpan, everyDialect } from "../../../packages/core/src/model/every-dialect.js";
import { aSpan } from "../../support/spans.js";

const folder = new URL("../../../packages/core/src/model/dialects/", import.meta.url);
/** Every name, or prefix of names, in the readers of conventions. */
const names = readdirSync(folder)
  .filter((file) => !file.startsWith("write-"))
  .flatMap((file) => [...readFileSync(new URL(file, folder), "utf8").matchAll(/["`](\w+\.[\w.]*)/g)])
  .map(([, name = ""]) => name);

it("a span is read only by conventions whose names it has, and the others would find nothing in it", () => {
  expect(names.length).toBeGreaterThan(100);
  const values = ["chat", '{"role":"user","content":"why"}', 3];
  let found = 0;
  for (const name of new Set(names)) {
    for (const key of [name, `${name}x`, `${name}.0`, `${name}.0.message.content`]) {
      const events = [{ timeUnixNano: "1", name: key, attributes: { content: "why" } }];
      const spans: Span[] = [
        ...values.map((value) => aSpan({ attributes: { [key]: value } })),
        aSpan({ fields: { events } }),
      ];
      for (const span of spans) {
        const description = describeIn(span, everyDialect);
        expect(describeSpan(span), key).toEqual(description);
        expect(digestSpan(span, 1), key).toEqual(digestIn(span, 1, everyDialect));
        if (Object.keys(description).length > 1) found++;
      }
    }
  }
  expect(found).toBeGreaterThan(100);
});
