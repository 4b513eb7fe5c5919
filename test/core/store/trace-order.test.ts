import {
  compareOrderKeys,
  planSearch,
  toOrderKey,
  toPageToken,
  toStartKey,
  type OrderTerm,
} from "@spanbook/core/store";
import type { TraceInfo } from "@spanbook/core/model";
import type { TraceQuery } from "@spanbook/core/store";
import { describe, expect, it } from "vitest";
import { epochMs, nano, tokens, traceId } from "../../support/spans.js";

function anInfo(fields: Partial<TraceInfo> = {}): TraceInfo {
  return {
    traceId: traceId(1),
    name: "ask",
    state: "OK",
    requestTime: epochMs,
    startTimeUnixNano: nano(0),
    tags: {},
    traceMetadata: {},
    spanCount: 1,
    openSpanCount: 0,
    errorCount: 0,
    revision: 1,
    ...fields,
  };
}

const newestFirst: OrderTerm[] = [{ field: "timestamp_ms", descending: true }];

describe("a search's plan", () => {
  it("is the newest 100 if the query says nothing", () => {
    expect(planSearch({})).toEqual({ terms: newestFirst, maxResults: 100 });
    expect(planSearch({ orderBy: [] })).toEqual({ terms: newestFirst, maxResults: 100 });
  });

  it("reads a field and a direction from each term", () => {
    const { terms } = planSearch({
      orderBy: ["execution_time_ms", "name DESC", " trace.status  asc ", "timestamp desc"],
    });
    expect(terms).toEqual([
      { field: "execution_time_ms", descending: false },
      { field: "name", descending: true },
      { field: "status", descending: false },
      { field: "timestamp_ms", descending: true },
    ]);
  });

  it("accepts the other names that filters and MLflow have for a field", () => {
    const { terms } = planSearch({
      orderBy: ["execution_time", "attributes.timestamp_ms", "trace_id", "attribute.experiment_id"],
    });
    expect(terms.map(({ field }) => field)).toEqual([
      "execution_time_ms",
      "timestamp_ms",
      "request_id",
      "experiment",
    ]);
  });

  it("refuses an unknown field with a list of the known ones", () => {
    expect(() => planSearch({ orderBy: ["color DESC"] })).toThrow(
      new TypeError(
        'orderBy must name one of timestamp_ms, end_time_ms, execution_time_ms, status, name, request_id, run_id, experiment, span_count, total_tokens, got "color DESC"',
      ),
    );
  });

  it("refuses result counts outside 1 to 1,000", () => {
    for (const maxResults of [0, -1, 1001, 1.5, NaN, Infinity]) {
      expect(() => planSearch({ maxResults })).toThrow(
        new RangeError(`maxResults must be an integer from 1 to 1000, got ${maxResults}`),
      );
    }
  });
});

describe("an order key", () => {
  it("holds a value for each term, and the trace id last", () => {
    const { terms } = planSearch({
      orderBy: ["timestamp_ms", "execution_time_ms", "status", "run_id", "experiment", "total_tokens"],
    });
    const info = anInfo({
      executionDuration: 1.5,
      runId: "run-1",
      experimentId: "7",
      tokenUsage: tokens(1, 2),
    });
    expect(toOrderKey(info, terms)).toEqual([`0${nano(0)}`, 1.5, "OK", "run-1", "7", 3, traceId(1)]);
  });

  it("of a missing value comes before all others in ascending order, and after them in descending", () => {
    const fields = { executionDuration: -5, runId: "a", experimentId: "a", tokenUsage: tokens(0, 0) };
    const [missing, there] = [anInfo({ traceId: traceId(9) }), anInfo(fields)];
    for (const field of ["execution_time_ms", "run_id", "experiment", "total_tokens"]) {
      for (const direction of ["ASC", "DESC"]) {
        const { terms } = planSearch({ orderBy: [`${field} ${direction}`] });
        const order = compareOrderKeys(toOrderKey(missing, terms), toOrderKey(there, terms), terms);
        expect(Math.sign(order)).toBe(direction === "ASC" ? -1 : 1);
      }
    }
  });

  it("breaks ties by trace id, always ascending", () => {
    for (const direction of ["ASC", "DESC"]) {
      const { terms } = planSearch({ orderBy: [`name ${direction}`] });
      const [one, two] = [1, 2].map((trace) => toOrderKey(anInfo({ traceId: traceId(trace) }), terms));
      expect(Math.sign(compareOrderKeys(one!, two!, terms))).toBe(-1);
      expect(Math.sign(compareOrderKeys(two!, one!, terms))).toBe(1);
      expect(compareOrderKeys(one!, one!, terms)).toBe(0);
    }
  });

  it("of a start has 20 digits, so that starts compare as text", () => {
    expect(toStartKey("0")).toBe("00000000000000000000");
    expect(toStartKey("1700000000000000000")).toBe("01700000000000000000");
    expect(toStartKey("18446744073709551615")).toBe("18446744073709551615");
  });
});

describe("a page token", () => {
  it("leads back to its place, whatever the values are", () => {
    for (const name of ["ask", "", "a b&c=d%", "größe 😀", "lone \ud800", "\0", '"}]', "__proto__"]) {
      const query = { orderBy: ["name DESC", "execution_time_ms"] };
      const { terms } = planSearch(query);
      for (const info of [anInfo({ name }), anInfo({ name, executionDuration: 0.1 + 0.2 })]) {
        const key = toOrderKey(info, terms);
        const pageToken = toPageToken(key, query);
        expect(pageToken).toMatch(/^[\w%.!~*'()-]+$/);
        expect(planSearch({ ...query, pageToken }).after).toEqual(key);
      }
    }
  });

  it("is refused with a different query, and the error says what differs", () => {
    const byName = { orderBy: ["name"], filter: "status = 'OK'", experimentIds: ["7"] };
    const pageToken = toPageToken(toOrderKey(anInfo(), planSearch(byName).terms), byName);
    const expected = "pageToken must be the nextPageToken of the same query";
    const forged = (key: unknown) => {
      const { of } = JSON.parse(decodeURIComponent(pageToken)) as { of: unknown };
      return encodeURIComponent(JSON.stringify({ of, key }));
    };
    const others: [TraceQuery, string][] = [
      [
        { ...byName, orderBy: ["name DESC"], pageToken },
        "got one from a search by name ASC in a search by name DESC",
      ],
      [
        { ...byName, orderBy: ["name", "status"], pageToken },
        "got one from a search by name ASC in a search by name ASC,status ASC",
      ],
      [
        { ...byName, filter: "status = 'ERROR'", pageToken },
        "got one from a search with another filter or other experiments",
      ],
      [
        { ...byName, experimentIds: [], pageToken },
        "got one from a search with another filter or other experiments",
      ],
      [{ ...byName, pageToken: `${pageToken}%` }, "got something else"],
      [{ ...byName, pageToken: "" }, "got something else"],
      [{ ...byName, pageToken: "null" }, "got something else"],
      [{ ...byName, pageToken: forged(["ask"]) }, "got something else"],
      [{ ...byName, pageToken: forged(["ask", null]) }, "got something else"],
    ];
    for (const [query, got] of others) {
      expect(() => planSearch(query)).toThrow(new TypeError(`${expected}, ${got}`));
    }
    expect(planSearch({ ...byName, maxResults: 5, includeSpans: true, pageToken }).after).toBeDefined();
  });
});
