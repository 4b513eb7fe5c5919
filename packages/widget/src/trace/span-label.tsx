import type { SpanNode } from "../derive/span-tree.js";
import { toVisibleText } from "../derive/visible-text.js";

/** A span's name, numbered among siblings of the same name. */
export function SpanLabel({ node: { digest, number } }: { readonly node: SpanNode }) {
  return (
    <span class="name" title={digest.name}>
      {toVisibleText(digest.name) || "(no name)"}
      {number !== undefined && <span class="name-number">_{number}</span>}
    </span>
  );
}
