import type { SpanLink } from "@spanbook/core/model";
import type { Selection } from "../state/trace-state.js";
import { Facts } from "./facts.js";
import { JsonTree } from "./json-tree.js";

interface LinkListProps {
  readonly links: readonly SpanLink[];
  readonly onOpen: (selection: Selection) => void;
}

/** The spans, usually of other traces, that a span refers to; whether they exist here shows only on opening one. */
export function LinkList({ links, onOpen }: LinkListProps) {
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
          <button type="button" class="link" onClick={() => onOpen({ traceId, spanId })}>
            Open the span
          </button>
        </li>
      ))}
    </ol>
  );
}
