import { digestSpan, type SpanDigest, type Trace } from "@spanbook/core/model";

/** A trace's digests, made of its spans where it came without. */
export function digestsOf({ data }: Trace): readonly SpanDigest[] {
  return data.digests.length > 0 ? data.digests : data.spans.map((span) => digestSpan(span, 0));
}
