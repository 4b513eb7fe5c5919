/** What an import writes. */
import { digestSpan } from "../model/every-dialect.js";
import { contentId } from "../model/ids.js";
import type { TracePatch } from "../model/patch.js";
import type { Span } from "../model/span.js";
import type { SpanRecord } from "../store/contract.js";
import type { CarriedOperation } from "./trace-carrier.js";

/** Version 0 is below every recorder's: a span that a store has from its recorder stays as it is. */
export function toRecord(span: Span): SpanRecord {
  return { digest: digestSpan(span, 0), payload: JSON.stringify(span) };
}

/** The id is before every time: what a user sets, whenever that was, wins. The same patch has the same id, whoever imports it. */
export function toPatch(operation: CarriedOperation, traceId: string): TracePatch {
  return { id: `000000000000-000000-${contentId({ traceId, operation })}`, traceId, ...operation };
}
