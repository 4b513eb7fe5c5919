import type { ListQuery } from "../derive/list-query.js";
import { toVisibleText } from "../derive/visible-text.js";
import { Notice } from "../parts/notice.js";

interface NoMatchProps {
  readonly query: ListQuery;
  readonly onClearText: () => void;
  readonly onClearTime: () => void;
}

/** What stands in place of the list when nothing was found: there are traces, only not these. */
export function NoMatch({ query: { text, time }, onClearText, onClearTime }: NoMatchProps) {
  return (
    <Notice
      title="No trace matches"
      actions={{
        ...(text !== "" && { "Clear the search": onClearText }),
        ...(time && { "Show all of the time": onClearTime }),
      }}
    >
      {text !== "" && <p class="notice-text mono">{toVisibleText(text.slice(0, 300))}</p>}
      {time && <p class="notice-text">in the time that is chosen</p>}
    </Notice>
  );
}
