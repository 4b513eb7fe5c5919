import type { SpanNode } from "../derive/span-tree.js";
import { toTypeLabel } from "../derive/type-label.js";
import { splitAt, toLabel, toVisibleText } from "../derive/visible-text.js";

interface SpanLabelProps {
  readonly node: SpanNode;
  /** Marked if it occurs in the name. */
  readonly searched?: string;
}

/** A span's name, numbered among siblings of the same name. */
export function SpanLabel({ node: { digest, number }, searched = "" }: SpanLabelProps) {
  const parts = splitAt(digest.name, searched);
  return (
    <span class="name" title={`${toLabel(digest.name)}\n${toTypeLabel(digest.type)}`}>
      {parts ? (
        <>
          {toLabel(parts[0])}
          <mark>{toVisibleText(parts[1])}</mark>
          {toLabel(parts[2])}
        </>
      ) : (
        toLabel(digest.name) || "(no name)"
      )}
      {number !== undefined && <span class="name-number">_{number}</span>}
    </span>
  );
}
