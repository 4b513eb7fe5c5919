import type { SpanLink } from "@spanbook/core/model";
import { Facts } from "./facts.js";
import { JsonTree } from "./json-tree.js";

/** The spans, mostly of other traces, that a span refers to. */
export function LinkList({ links }: { readonly links: readonly SpanLink[] }) {
  return (
    <ol class="events">
      {links.map(({ traceId, spanId, attributes = {} }, index) => (
        <li key={index} class="event">
          <Facts
            facts={[
              { name: "Trace id", value: traceId, isId: true },
              { name: "Span id", value: spanId, isId: true },
            ]}
          />
          {Object.keys(attributes).length > 0 && <JsonTree value={attributes} isTagged />}
        </li>
      ))}
    </ol>
  );
}
