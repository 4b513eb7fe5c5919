import type { TraceInfo } from "@spanbook/core/model";
import type { TraceQuery, TraceStore } from "@spanbook/core/store";
import { expect } from "vitest";
import { createRandom } from "../support/random.js";
import { aBatch, aPatch, aSpan, recordOf, searchInfos, tokens, traceId } from "../support/spans.js";
import { outcomeOf, type Check } from "./check.js";

export function checkSearching(check: Check): void {
  check("an empty store gives an empty page", async (store) => {
    expect(await store.search({})).toEqual({ traces: [] });
  });

  check("the newest 100 traces come first, unless the query says otherwise", async (store) => {
    await store.write(
      aBatch(Array.from({ length: 130 }, (_, index) => aSpan({ trace: index + 1, startMs: index }))),
    );
    const { traces, nextPageToken } = await store.search({});
    expect(traces.map(({ info }) => info.traceId)).toEqual(
      Array.from({ length: 100 }, (_, index) => traceId(130 - index)),
    );
    const rest = await store.search({ pageToken: nextPageToken! });
    expect(rest.traces).toHaveLength(30);
    expect(rest).not.toHaveProperty("nextPageToken");
    expect((await store.search({ maxResults: 1000 })).traces).toHaveLength(130);
    expect((await store.search({ orderBy: [] })).traces).toEqual(traces);
  });

  check("traces carry their spans only if the query asks for them", async (store) => {
    const spans = [aSpan(), aSpan({ id: 2, parent: 1, startMs: 1 })];
    await store.write(aBatch(spans, { origins: { resources: { r: { attributes: {} } } } }));
    const nothing = { spans: [], digests: [], resources: {}, scopes: {} };
    expect((await store.search({})).traces[0]?.data).toEqual(nothing);
    expect((await store.search({ includeSpans: false })).traces[0]?.data).toEqual(nothing);
    expect((await store.search({ includeSpans: true })).traces[0]?.data).toEqual({ ...nothing, spans });
  });

  check("only traces of the given experiments are found", async (store) => {
    await store.write(
      aBatch([
        aSpan({ trace: 1, experimentId: "7" }),
        aSpan({ trace: 2, experimentId: "8" }),
        aSpan({ trace: 3 }),
        aSpan({ trace: 4, experimentId: "it's" }),
        aSpan({ trace: 5, id: 2, parent: 1, experimentId: "7" }),
      ]),
    );
    const find = async (...experimentIds: string[]) =>
      (await searchInfos(store, { experimentIds, orderBy: ["request_id"] })).map((info) => info.traceId);
    expect(await find("7")).toEqual([traceId(1)]);
    expect(await find("7", "8")).toEqual([traceId(1), traceId(2)]);
    expect(await find("8", "7", "8")).toEqual([traceId(1), traceId(2)]);
    expect(await find("it's")).toEqual([traceId(4)]);
    expect(await find("9", "7%", "__proto__")).toEqual([]);
    expect(await find()).toEqual([]);
  });

  for (const [field, keyOf] of Object.entries(orderKeys)) {
    for (const direction of ["ASC", "DESC"] as const) {
      check(`${field} ${direction} gives each trace once, page by page, ties by trace id`, async (store) => {
        await writeTracesToOrder(store);
        const sign = direction === "ASC" ? 1 : -1;
        const expected = (await searchInfos(store, { maxResults: 1000 }))
          .sort((a, b) => sign * compare(keyOf(a), keyOf(b)) || compare(a.traceId, b.traceId))
          .map((info) => info.traceId);
        expect(expected).toHaveLength(60);
        const orderBy = [`${field} ${direction}`];
        for (const maxResults of [1, 7, 60]) {
          expect(await readPages(store, { orderBy, maxResults })).toEqual(expected);
        }
      });
    }
  }

  check("a second term decides if the first ties", async (store) => {
    await writeTracesToOrder(store);
    const expected = (await searchInfos(store, { maxResults: 1000 }))
      .sort(
        (a, b) =>
          compare(a.name, b.name) ||
          compare(b.spanCount, a.spanCount) ||
          compare(orderKeys["total_tokens"]!(a), orderKeys["total_tokens"]!(b)) ||
          compare(a.traceId, b.traceId),
      )
      .map((info) => info.traceId);
    const orderBy = ["name", "span_count DESC", "total_tokens ASC"];
    expect(await readPages(store, { orderBy, maxResults: 7 })).toEqual(expected);
  });

  check("texts are ordered by code point", async (store) => {
    const names = [
      "",
      "\0",
      " ",
      "A",
      "Z",
      "a",
      "a\0",
      "aa",
      "z",
      "ß",
      "日",
      "\ue000",
      "\uff5e",
      "😀",
      "😀a",
      "😁",
    ];
    await store.write(
      aBatch(names.map((name, index) => aSpan({ trace: 100 - index, name, startMs: index % 3 }))),
    );
    const find = async (orderBy: string[]) =>
      (await searchInfos(store, { orderBy })).map((info) => info.name);
    expect(await find(["name ASC"])).toEqual(names);
    expect(await find(["name DESC"])).toEqual(names.toReversed());
    const pages = await readPages(store, { orderBy: ["name ASC"], maxResults: 1 });
    expect(pages).toEqual(names.map((_, index) => traceId(100 - index)));
  });

  check("paging keeps to the experiments of the query", async (store) => {
    await writeTracesToOrder(store);
    const query = { experimentIds: ["7"], orderBy: ["execution_time_ms DESC"] };
    const expected = (await searchInfos(store, query)).map((info) => info.traceId);
    expect(expected.length).toBeGreaterThan(5);
    expect(await readPages(store, { ...query, maxResults: 3 })).toEqual(expected);
  });

  check("the direction is ASC by default, in any case, and a term may begin with trace.", async (store) => {
    await store.write(aBatch([aSpan({ trace: 1, name: "b" }), aSpan({ trace: 2, name: "a" })]));
    const firstBy = async (term: string) => (await searchInfos(store, { orderBy: [term] }))[0]?.name;
    expect(await firstBy("name")).toBe("a");
    expect(await firstBy("name desc")).toBe("b");
    expect(await firstBy("  trace.name   Asc ")).toBe("a");
  });

  check("while others arrive, the order by start repeats no trace and skips none", async (store) => {
    const first = Array.from({ length: 20 }, (_, index) => aSpan({ trace: index + 1, startMs: index }));
    await store.write(aBatch(first));
    for (const direction of ["ASC", "DESC"]) {
      const orderBy = [`timestamp_ms ${direction}`];
      const before = (await searchInfos(store, { orderBy })).map((info) => info.traceId);
      const seen: string[] = [];
      let number = direction === "ASC" ? 100 : 200;
      let pageToken: string | undefined;
      do {
        const page = await store.search({ orderBy, maxResults: 6, ...(pageToken && { pageToken }) });
        seen.push(...page.traces.map(({ info }) => info.traceId));
        pageToken = page.nextPageToken;
        // One before all others, one in the middle, one after all others; limited, or it would never end.
        if (number % 100 < 9) {
          const starts = [-number, 10.5, number];
          await store.write(aBatch(starts.map((startMs) => aSpan({ trace: ++number, startMs }))));
        }
      } while (pageToken !== undefined);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => before.includes(id))).toEqual(before);
    }
  });

  check(
    "a page goes on where the last one ended, even if that trace is gone or has changed",
    async (store) => {
      await store.write(
        aBatch(Array.from({ length: 9 }, (_, index) => aSpan({ trace: index + 1, startMs: index }))),
      );
      const orderBy = ["timestamp_ms ASC"];
      const { nextPageToken } = await store.search({ orderBy, maxResults: 3 });
      await store.delete({ traceIds: [traceId(3), traceId(4)] });
      await store.write(aBatch([recordOf(aSpan({ trace: 5, startMs: 4, name: "renamed" }), 2)]));
      const rest = await searchInfos(store, { orderBy, pageToken: nextPageToken! });
      expect(rest.map((info) => info.traceId)).toEqual([5, 6, 7, 8, 9].map(traceId));
    },
  );

  check("a full last page has no next one", async (store) => {
    await store.write(aBatch([1, 2, 3, 4].map((trace) => aSpan({ trace }))));
    const first = await store.search({ maxResults: 2 });
    const second = await store.search({ maxResults: 2, pageToken: first.nextPageToken! });
    expect(second.traces).toHaveLength(2);
    expect(second).not.toHaveProperty("nextPageToken");
  });

  const badQueries: [string, string, unknown][] = [
    ["maxResults is 0", "RangeError", { maxResults: 0 }],
    ["maxResults is 1,001", "RangeError", { maxResults: 1001 }],
    ["maxResults is not an integer", "RangeError", { maxResults: 2.5 }],
    ["the order is unknown", "TypeError", { orderBy: ["color DESC"] }],
    ["the order is a key of every object", "TypeError", { orderBy: ["constructor"] }],
    ["the direction is unknown", "TypeError", { orderBy: ["name UP"] }],
    ["the order holds SQL", "TypeError", { orderBy: ["name; DROP TABLE traces"] }],
    ["a later term is unknown", "TypeError", { orderBy: ["name", ""] }],
    ["experimentIds is a string", "TypeError", { experimentIds: "7" }],
    ["a field has another name", "TypeError", { filterString: "status = 'OK'" }],
    ["the query is a string", "TypeError", "status = 'OK'"],
    ["the page token is empty", "TypeError", { pageToken: "" }],
    ["the page token is not ours", "TypeError", { pageToken: "%E0%A4%A" }],
    ["the page token is another's JSON", "TypeError", { pageToken: encodeURIComponent('{"key":["a","b"]}') }],
  ];
  for (const [what, name, query] of badQueries) {
    check(`searching rejects with ${name} if ${what}`, async (store) => {
      await store.write(aBatch([aSpan()]));
      expect(await outcomeOf(store.search(query as TraceQuery))).toBe(name);
    });
  }

  check("a page token is refused with another order or filter", async (store) => {
    await store.write(aBatch([1, 2, 3].map((trace) => aSpan({ trace }))));
    const { nextPageToken: pageToken } = await store.search({ maxResults: 1, orderBy: ["name ASC"] });
    expect(await outcomeOf(store.search({ pageToken: pageToken!, orderBy: ["name DESC"] }))).toBe(
      "TypeError",
    );
    expect(await outcomeOf(store.search({ pageToken: pageToken!, orderBy: ["status ASC"] }))).toBe(
      "TypeError",
    );
    expect(await outcomeOf(store.search({ pageToken: pageToken! }))).toBe("TypeError");
    const filtered = { pageToken: pageToken!, orderBy: ["name"], filter: "name = 'answer'" };
    expect(await outcomeOf(store.search(filtered))).toBe("TypeError");
    expect(await outcomeOf(store.search({ pageToken: pageToken!, orderBy: ["name"] }))).toBe("resolved");
  });
}

/** The value that each term orders by; a missing value comes first. */
const orderKeys: Record<string, (info: TraceInfo) => string | number> = {
  timestamp_ms: (info) => info.startTimeUnixNano.padStart(20, "0"),
  end_time_ms: (info) => info.requestTime + (info.executionDuration ?? -Infinity),
  execution_time_ms: (info) => info.executionDuration ?? -Infinity,
  status: (info) => info.state,
  name: (info) => info.name,
  request_id: (info) => info.traceId,
  run_id: (info) => info.runId ?? "",
  experiment: (info) => info.experimentId ?? "",
  span_count: (info) => info.spanCount,
  total_tokens: (info) => info.tokenUsage?.totalTokens ?? -Infinity,
};

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** 60 traces with few different values of everything, many of them missing; and one that is hidden. */
async function writeTracesToOrder(store: TraceStore): Promise<void> {
  const random = createRandom(3);
  const spans = Array.from({ length: 60 }, (_, index) => {
    const trace = index + 1;
    const startMs = random.pick([0, 0, 1, 5.000001, 5.000002, -1_600_000_000_000]);
    const root = aSpan({
      trace,
      startMs,
      name: random.pick(["", "answer", "Answer", "ask", "größe", "z\0a", "z"]),
      // Some end before they start: the clocks of two machines.
      endMs: startMs + random.pick([0, 1, 1.5, 200, -3]),
      open: random.chance(0.3),
      status: random.pick(["OK", "ERROR", "UNSET"]),
      ...(random.chance(0.6) && { experimentId: random.pick(["7", "8", "", "10"]) }),
      ...(random.chance(0.5) && { runId: random.pick(["run-1", "run-2"]) }),
      ...(random.chance(0.5) && { type: "LLM", usage: tokens(random.integer(0, 2), 0) }),
    });
    const children = Array.from({ length: random.integer(0, 2) }, (_, child) =>
      aSpan({ trace, id: child + 2, parent: 1, startMs }),
    );
    const isRootMissing = random.chance(0.2) && children.length > 0;
    return isRootMissing ? children : [root, ...children];
  });
  await store.write(aBatch(spans.slice(0, 40).flat(), { recorderId: "gone", final: true }));
  await store.write(
    aBatch(spans.slice(40).flat(), { patches: [aPatch(1, { op: "setTag", key: "a", value: "b" }, 99)] }),
  );
}

/** The trace ids of all pages, in order. */
async function readPages(store: TraceStore, query: TraceQuery): Promise<string[]> {
  const ids: string[] = [];
  let pageToken: string | undefined;
  do {
    const page = await store.search({ ...query, ...(pageToken !== undefined && { pageToken }) });
    expect(page.traces.length).toBeLessThanOrEqual(query.maxResults!);
    ids.push(...page.traces.map(({ info }) => info.traceId));
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return ids;
}
