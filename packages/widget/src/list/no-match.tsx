import type { ListQuery } from "../derive/list-query.js";
import { toVisibleText } from "../derive/visible-text.js";

interface NoMatchProps {
  readonly query: ListQuery;
  readonly onClearText: () => void;
  readonly onClearTime: () => void;
}

/** What stands in place of the list when nothing was found: there are traces, only not these. */
export function NoMatch({ query: { text, time }, onClearText, onClearTime }: NoMatchProps) {
  return (
    <div class="notice">
      <p class="notice-title">No trace matches</p>
      {text !== "" && <p class="notice-text mono">{toVisibleText(text.slice(0, 300))}</p>}
      {time && <p class="notice-text">in the time that is chosen</p>}
      <span class="notice-actions">
        {text !== "" && (
          <button type="button" class="button" onClick={onClearText}>
            Clear the search
          </button>
        )}
        {time && (
          <button type="button" class="button" onClick={onClearTime}>
            Show all of the time
          </button>
        )}
      </span>
    </div>
  );
}
