// What a program would write to keep its spans in SQLite by itself: two plain tables, and the queries that answer what a store is
// asked. It takes any SQLite as { exec(sql), prepare(sql) → run(parameters), all(sql, parameters), close() }.
import { spansOf, topicOf } from "./store-workload.mjs";

const schema = `
  PRAGMA cache_size = -65536;
  CREATE TABLE traces (id INTEGER PRIMARY KEY, start INTEGER, duration INTEGER, tags TEXT);
  CREATE TABLE spans (trace INTEGER, name TEXT, duration INTEGER, payload TEXT);
  CREATE INDEX spans_by_trace ON spans (trace);
  CREATE INDEX traces_by_start ON traces (start);
`;

const byTag = "SELECT * FROM traces WHERE json_extract(tags, '$.topic') = 'topic 7'";

/** The query for each kind of read. */
export const plainQueries = {
  "first page": "SELECT * FROM traces ORDER BY start DESC LIMIT 100",
  "tag filter": `${byTag} ORDER BY start DESC LIMIT 100`,
  "tag filter by duration": `${byTag} ORDER BY duration DESC LIMIT 100`,
  "text filter": "SELECT DISTINCT trace FROM spans WHERE payload LIKE '%paraffin%'",
  "regular expression": "SELECT DISTINCT trace FROM spans WHERE payload LIKE '%paraf%'",
  stats: "SELECT name, count(*), sum(duration) FROM spans GROUP BY name",
};

/** Creates the tables and writes batches of the workload, each in a transaction that is on the disk before the next begins. */
export function fillPlain(database, batches) {
  database.exec(schema);
  const insert = preparedInserts(database);
  for (const { spans } of batches) {
    insert(
      spans.map(({ payload }) => payload),
      spans.map(({ digest }) => digest),
    );
  }
}

/** Adds one trace with that many spans. */
export function addPlainTrace(database, trace, spanCount) {
  const spans = [...spansOf(trace, spanCount)];
  preparedInserts(database)(
    spans.map((span) => JSON.stringify(span)),
    spans,
  );
}

/** The spans of a trace, parsed. */
export function getPlain(database, trace) {
  return database
    .all("SELECT payload FROM spans WHERE trace = ?", [trace])
    .map(({ payload }) => JSON.parse(payload));
}

function preparedInserts(database) {
  const insertSpan = database.prepare("INSERT INTO spans VALUES (?, ?, ?, ?)");
  const insertTrace = database.prepare("INSERT INTO traces VALUES (?, ?, ?, ?)");
  return (payloads, spans) => {
    database.exec("BEGIN");
    for (const [index, span] of spans.entries()) {
      const { traceId, name, parentSpanId, startTimeUnixNano: start, endTimeUnixNano: end } = span;
      const trace = Number.parseInt(traceId, 16);
      const duration = Number(BigInt(end) - BigInt(start));
      insertSpan([trace, name, duration, payloads[index]]);
      if (!parentSpanId) insertTrace([trace, trace, duration, JSON.stringify({ topic: topicOf(trace) })]);
    }
    database.exec("COMMIT");
  };
}
