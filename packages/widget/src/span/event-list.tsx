import { millisecondsBetween, type SpanEvent } from "@spanbook/core/model";
import { formatCount, formatDuration, formatExactTime } from "../derive/format.js";
import type { Timeline } from "../derive/timeline.js";
import { JsonTree } from "./json-tree.js";
import { MarkedText, useShownCount } from "./searched-text.js";

interface EventListProps {
  readonly events: readonly SpanEvent[];
  readonly timeline: Timeline;
}

const firstCount = 20;

/** The events of a span, each with its time from the trace's start. */
export function EventList({ events, timeline }: EventListProps) {
  const [shown, setShown] = useShownCount(events, firstCount);
  return (
    <ol class="events">
      {events.slice(0, shown).map(({ name, timeUnixNano, attributes = {} }, index) => (
        <li key={index} class="event">
          <span class="event-time" title={formatExactTime(timeUnixNano)}>
            +{formatDuration(Math.max(0, millisecondsBetween(timeline.startUnixNano, timeUnixNano)))}
          </span>
          <span class="event-name">
            <MarkedText text={name} />
          </span>
          {Object.keys(attributes).length > 0 && <JsonTree value={attributes} isTagged />}
        </li>
      ))}
      {events.length > shown && (
        <li>
          <button type="button" class="link more" onClick={() => setShown(shown + 200)}>
            … {formatCount(events.length - shown)} more
          </button>
        </li>
      )}
    </ol>
  );
}
