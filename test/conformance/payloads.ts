import {
  contentId,
  digestSpan,
  type Attributes,
  type Resource,
  type Scope,
  type Span,
} from "@spanbook/core/model";
import type { TraceStore } from "@spanbook/core/store";
import { expect } from "vitest";
import { aBatch, aSpan, getInfo, getTrace, recordOf, spanId, tokens, traceId } from "../support/spans.js";
import type { Check } from "./check.js";

export function checkPayloads(check: Check): void {
  check("every field of a span comes back as written", async (store) => {
    const span: Span = {
      traceId: traceId(1),
      spanId: spanId(1),
      parentSpanId: spanId(9),
      name: "answer",
      kind: 3,
      startTimeUnixNano: "1700000000123456789",
      endTimeUnixNano: "1700000000123456790",
      attributes: {
        text: "a",
        number: 2.5,
        yes: true,
        nothing: null,
        list: [1, [2, {}]],
        map: { a: { b: "c" } },
      },
      events: [
        {
          timeUnixNano: "1700000000123456789",
          name: "exception",
          attributes: { a: 1 },
          droppedAttributesCount: 2,
        },
      ],
      links: [
        {
          traceId: traceId(2),
          spanId: spanId(2),
          traceState: "a=b",
          attributes: {},
          flags: 257,
          droppedAttributesCount: 1,
        },
      ],
      status: { code: 2, message: "it failed" },
      traceState: "vendor=1",
      flags: 769,
      droppedAttributesCount: 1,
      droppedEventsCount: 2,
      droppedLinksCount: 3,
      resourceId: "r",
      scopeId: "s",
    };
    await expectSameBack(store, span);
  });

  check("tagged values come back unchanged", async (store) => {
    await expectSameBack(
      store,
      aSpan({
        attributes: {
          large: { $int: "9223372036854775807" },
          whole: { $double: 3 },
          none: { $double: "NaN" },
          minus: { $double: "-0" },
          bytes: { $bytes: "AP8=" },
          $$int: "a key that begins with a dollar",
        },
      }),
    );
  });

  check("any text is kept: quotes, control characters, line separators, lone surrogates", async (store) => {
    const texts = [
      "",
      "\0",
      "a\0b",
      "\u0001\u001f\u007f",
      "\r\n\t",
      "\u2028\u2029\ufeff",
      "\ud800",
      "\udc00\ud800",
      "😀 größe 日本語",
      'quote " and \\ backslash',
      "'; DROP TABLE spans; --",
      "</script><!--",
      "%s %00 \\u0000",
    ];
    const attributes = Object.fromEntries(texts.map((text) => [text, text]));
    await expectSameBack(store, aSpan({ attributes, fields: { traceState: texts.join("") } }));
  });

  check("a name may be any text, also in summaries and digests", async (store) => {
    const names = ["", "a\0b", "\0", "😀", "\u2028", "lone \ud800", "constructor", "__proto__"];
    const spans = names.map((name, index) => aSpan({ trace: index + 1, name, type: name, model: name }));
    await store.write(aBatch(spans));
    for (const [index, name] of names.entries()) {
      expect((await getInfo(store, index + 1)).name).toBe(name);
      const [digest] = (await store.get(traceId(index + 1), { include: "digests" }))!.data.digests;
      expect(digest).toEqual(digestSpan(spans[index]!, 1));
    }
  });

  check('keys like "__proto__" are ordinary keys, at every depth', async (store) => {
    const payload = `{"traceId":"${traceId(1)}","spanId":"${spanId(1)}","name":"answer","kind":1,
      "startTimeUnixNano":"1","attributes":{"__proto__":{"polluted":true},"constructor":"x","toString":1,
      "deep":{"__proto__":[{"__proto__":"y"}]}}}`.replaceAll(/\n\s*/g, "");
    const digest = digestSpan(aSpan(), 1);
    await store.write(aBatch([{ digest, payload }]));
    const span = await store.getSpan(traceId(1), spanId(1));
    expect(JSON.stringify(span)).toBe(payload);
    expect(JSON.stringify((await getTrace(store)).data.spans)).toBe(`[${payload}]`);
    expect((span as { polluted?: boolean }).polluted).toBeUndefined();
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  check("a payload is returned unchanged, even if its digest says something else", async (store) => {
    const { digest } = recordOf(aSpan({ name: "digest", usage: tokens(1, 1), type: "LLM" }));
    await store.write(aBatch([{ digest, payload: JSON.stringify(aSpan({ name: "payload" })) }]));
    expect((await getInfo(store)).name).toBe("digest");
    expect((await store.getSpan(traceId(1), spanId(1)))?.name).toBe("payload");
  });

  check("texts of 1 MB come back whole", async (store) => {
    const text = "größe 😀 \ud800 \u2028 \0 ".repeat(60_000);
    const attributes: Attributes = { first: text, second: [text, { third: text }] };
    const span = aSpan({ attributes });
    await store.write(aBatch([span]));
    const back = await store.getSpan(traceId(1), spanId(1));
    expect(JSON.stringify(back) === JSON.stringify(span)).toBe(true);
  });

  check("values nested a thousand levels deep come back", async (store) => {
    const deep = JSON.parse(`${"[".repeat(1000)}${"]".repeat(1000)}`) as Attributes[string];
    const span = aSpan({ attributes: { deep } });
    await store.write(aBatch([span]));
    const back = await store.getSpan(traceId(1), spanId(1));
    expect(JSON.stringify(back?.attributes["deep"])).toBe(JSON.stringify(deep));
  });

  check("a trace carries the resources and scopes that its spans refer to, and no others", async (store) => {
    const { resources, scopes } = someOrigins();
    const [resourceA, resourceB] = Object.keys(resources) as [string, string];
    const [scopeA] = Object.keys(scopes) as [string];
    await store.write(
      aBatch(
        [
          aSpan({ trace: 1, fields: { resourceId: resourceA, scopeId: scopeA } }),
          aSpan({ trace: 1, id: 2, parent: 1, fields: { resourceId: resourceA } }),
          aSpan({ trace: 2, fields: { resourceId: resourceB } }),
          aSpan({ trace: 3 }),
        ],
        { origins: { resources, scopes } },
      ),
    );
    const { data } = await getTrace(store, 1);
    expect(data.resources).toEqual({ [resourceA]: resources[resourceA] });
    expect(data.scopes).toEqual({ [scopeA]: scopes[scopeA] });
    const other = await getTrace(store, 2);
    expect([other.data.resources, other.data.scopes]).toEqual([{ [resourceB]: resources[resourceB] }, {}]);
    const none = await getTrace(store, 3);
    expect([none.data.resources, none.data.scopes]).toEqual([{}, {}]);
    const { traces } = await store.search({ includeSpans: true, orderBy: ["request_id ASC"] });
    expect(traces[0]?.data).toEqual(data);
  });

  check("resources and scopes may come before or after the spans, and only once", async (store) => {
    const { resources, scopes } = someOrigins();
    const [resource] = Object.keys(resources) as [string];
    const [scope] = Object.keys(scopes) as [string];
    const fields = { resourceId: resource, scopeId: scope };
    await store.write(aBatch([aSpan({ trace: 1, fields })]));
    const before = await getTrace(store, 1);
    expect([before.data.resources, before.data.scopes]).toEqual([{}, {}]);
    await store.write(aBatch([], { origins: { resources, scopes } }));
    await store.write(aBatch([aSpan({ trace: 2, fields })], { recorderId: "recorder-b" }));
    for (const trace of [1, 2]) {
      const { data } = await getTrace(store, trace);
      expect(data.resources).toEqual({ [resource]: resources[resource] });
      expect(data.scopes).toEqual({ [scope]: scopes[scope] });
    }
  });

  check("a page of spans carries only its own origins", async (store) => {
    const { resources } = someOrigins();
    const [resourceA, resourceB] = Object.keys(resources) as [string, string];
    await store.write(
      aBatch(
        [
          aSpan({ fields: { resourceId: resourceA } }),
          aSpan({ id: 2, parent: 1, startMs: 5, fields: { resourceId: resourceB } }),
        ],
        { origins: { resources } },
      ),
    );
    const page = await store.get(traceId(1), { maxSpans: 1 });
    expect(page?.data.resources).toEqual({ [resourceA]: resources[resourceA] });
  });
}

/** Writes the span and reads it in every way there is. */
async function expectSameBack(store: TraceStore, span: Span): Promise<void> {
  await store.write(aBatch([span]));
  const text = JSON.stringify(span);
  const { traces } = await store.search({ includeSpans: true });
  const read = [
    await store.getSpan(span.traceId, span.spanId),
    (await store.get(span.traceId))?.data.spans[0],
    traces[0]?.data.spans[0],
  ];
  expect(read.map((back) => JSON.stringify(back))).toEqual([text, text, text]);
}

function someOrigins() {
  const resources: Resource[] = [
    {
      attributes: { "service.name": "demo", large: { $int: "9223372036854775807" }, "lone \ud800": "\0" },
      schemaUrl: "https://example.test/1",
      droppedAttributesCount: 1,
    },
    { attributes: { "service.name": "other" } },
    { attributes: {} },
  ];
  const scopes: Scope[] = [
    { name: "spanbook", version: "1", attributes: { $$a: [1] }, schemaUrl: "x" },
    { name: "" },
  ];
  return { resources: byId(resources), scopes: byId(scopes) };
}

function byId<Item extends object>(items: readonly Item[]): Record<string, Item> {
  return Object.fromEntries(items.map((item) => [contentId(item), item]));
}
