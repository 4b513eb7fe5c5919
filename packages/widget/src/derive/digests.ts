import { digestSpan, type SpanDigest, type Trace } from "@spanbook/core/model";

/** A trace's digests, made from its spans if it came without. */
export function digestsOf({ data }: Trace): readonly SpanDigest[] {
  return data.digests.length > 0 ? data.digests : data.spans.map((span) => digestSpan(span, 0));
}
