import type { ListQuery } from "../derive/list-query.js";
import { toVisibleText } from "../derive/visible-text.js";
import { Notice } from "../parts/notice.js";
import { useModule } from "../parts/use-module.js";

interface NoMatchProps {
  readonly query: ListQuery;
  readonly onSearch: (text: string) => void;
  readonly onClearText: () => void;
  readonly onClearTime: () => void;
}

/** Shown instead of the list if no trace matches, although there are traces. */
export function NoMatch({ query: { text, time }, onSearch, onClearText, onClearTime }: NoMatchProps) {
  const parts = useModule(() => import("./search-parts.js"));
  const isLoaded = parts !== undefined && !(parts instanceof Error);
  const meant = isLoaded ? parts.maybeColonFilter(text, new Map()) : undefined;
  return (
    <Notice
      title="No trace matches"
      actions={{
        ...(text !== "" && { "Clear the search": onClearText }),
        ...(time && { "Show the whole time": onClearTime }),
      }}
    >
      {text !== "" && <p class="notice-text mono">{toVisibleText(text.slice(0, 300))}</p>}
      {meant !== undefined && (
        <p class="notice-text">
          No trace has these words. As a filter:{" "}
          <button type="button" class="link mono" onClick={() => onSearch(meant)}>
            {toVisibleText(meant)}
          </button>
        </p>
      )}
      {time && <p class="notice-text">in the selected time</p>}
    </Notice>
  );
}
