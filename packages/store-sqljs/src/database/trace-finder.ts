/** Finds the traces that meet conditions and a filter, in slices short enough for other tasks to wait. */
import type { FilterTree } from "@spanbook/core/search";
import type { Where } from "./where.js";
import { compileFilterToSql } from "./filter-sql.js";
import { toNumber, toText, type Row, type Sql, type SqlFunction } from "./sql.js";
import type { TraceEntries } from "./trace-entries.js";

/** Each generator may pause between its steps, but the database must not be written meanwhile. */
export interface TraceFinder {
  /** Goes through all traces in storage order, as many at a time as the time allows. */
  inSlices(where: Where, readSlice: (slice: Where) => void): Generator<void, void>;
  /** The row ids of all traces that match the conditions and the filter. */
  findRows(where: Where, filter: FilterTree): Generator<void, number[]>;
  /** The row ids of the first matches in order of start: at least `atLeast`, if there are that many. */
  findFirstRows(
    where: Where,
    filter: FilterTree,
    descending: boolean,
    atLeast: number,
  ): Generator<void, number[]>;
  /** Returns a function that adds the filter to conditions. Call it right before they are used. */
  prepareFilter(filter: FilterTree): (slice: Where) => void;
}

/** How long one statement of a long answer may run before other tasks get their turn. */
const sliceMs = 8;

export function createTraceFinder(sql: Sql, entries: TraceEntries): TraceFinder {
  let passes: SqlFunction = () => null;
  sql.define("passes", (index, value) => passes(index, value));

  function* inSlices(where: Where, readSlice: (slice: Where) => void): Generator<void, void> {
    const lastId = toNumber(sql.row("SELECT ifnull(max(id), 0) FROM trace_rows")?.[0]);
    const pace = createPace();
    for (let first = 1; first <= lastId;) {
      const slice = where.copy();
      slice.add("t.id >= ? AND t.id < ?", first, first + pace.count);
      first += pace.count;
      pace.time(() => readSlice(slice));
      yield;
    }
  }

  function* findRows(where: Where, filter: FilterTree): Generator<void, number[]> {
    const addFilter = prepareFilter(filter);
    const found: number[] = [];
    yield* inSlices(where, (slice) => {
      addFilter(slice);
      for (const id of readIds(slice)) found.push(id);
    });
    return found;
  }

  function* findFirstRows(
    where: Where,
    filter: FilterTree,
    descending: boolean,
    atLeast: number,
  ): Generator<void, number[]> {
    const addFilter = prepareFilter(filter);
    const [onwards, upTo, order] = descending ? ["<", ">=", "DESC"] : [">", "<=", "ASC"];
    const found: number[] = [];
    const pace = createPace();
    let rest = where;
    for (let last: Row | undefined; ;) {
      pace.time(() => {
        last = sql.row(
          `SELECT t.start_time FROM trace_rows t WHERE ${rest.sql} ORDER BY t.start_time ${order} LIMIT 1 OFFSET ?`,
          [...rest.parameters, pace.count - 1],
        );
        const slice = rest.copy();
        if (last) slice.add(`t.start_time ${upTo} ?`, toText(last[0]));
        addFilter(slice);
        for (const id of readIds(slice)) found.push(id);
      });
      if (!last || found.length >= atLeast) return found;
      rest = where.copy();
      rest.add(`t.start_time ${onwards} ?`, toText(last[0]));
      yield;
    }
  }

  function prepareFilter(filter: FilterTree): (slice: Where) => void {
    entries.writeGrams();
    const compiled = compileFilterToSql(filter);
    return (slice) => {
      slice.add(compiled.sql, ...compiled.parameters);
      passes = compiled.passes;
    };
  }

  function readIds({ sql: condition, parameters }: Where): number[] {
    return sql
      .rows(`SELECT t.id FROM trace_rows t WHERE ${condition}`, parameters)
      .map(([id]) => toNumber(id));
  }

  return { inSlices, findRows, findFirstRows, prepareFilter };
}

/** How many traces to read at a time, so that a read takes about as long as other tasks may wait. */
function createPace(): { readonly count: number; time(read: () => void): void } {
  let count = 64;
  return {
    get count() {
      return count;
    },
    time(read) {
      const startMs = performance.now();
      read();
      const isFast = performance.now() - startMs < sliceMs;
      count = isFast ? count * 2 : Math.max(1, Math.floor(count / 2));
    },
  };
}
