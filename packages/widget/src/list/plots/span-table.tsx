import type { SpanGroup } from "@spanbook/core/store";
import { formatCount, formatDuration, formatShortCount } from "../../derive/format.js";
import { toTypeLabel } from "../../derive/type-label.js";
import { toName, toVisibleText } from "../../derive/visible-text.js";
import { toTypeTone } from "../../design/tokens.js";
import { Icon } from "../../parts/icon.js";

interface SpanTableProps {
  /** Greatest total duration first. */
  readonly groups: readonly SpanGroup[];
  /** Lists the traces with such spans. */
  readonly onChoose: (group: SpanGroup) => void;
  /** Puts the columns' content below the names, if there is no room for columns. */
  readonly isNarrow: boolean;
}

/** Where the time went: totals by the spans' name, type and model. */
export function SpanTable({ groups, onChoose, isNarrow }: SpanTableProps) {
  const most = groups.reduce((high, { totalDurationMs }) => Math.max(high, totalDurationMs), 0);
  const hasTokens = !isNarrow && groups.some(({ totalTokens }) => totalTokens > 0);
  return (
    <div class="span-table">
      <table>
        <thead>
          <tr>
            <th scope="col">Span</th>
            <th scope="col" class="share">
              Total time
            </th>
            {!isNarrow && (
              <>
                <th scope="col" class="number">
                  Mean
                </th>
                <th scope="col" class="number">
                  Count
                </th>
                <th scope="col" class="number">
                  Failed
                </th>
              </>
            )}
            {hasTokens && (
              <th scope="col" class="number">
                Tokens
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => {
            const { name, type, model, count, errorCount, totalDurationMs, totalTokens } = group;
            const tone = toTypeTone(type);
            return (
              <tr key={JSON.stringify([name, type, model])} class={`tone-${tone}`}>
                <th scope="row">
                  <button
                    type="button"
                    class="span-choice"
                    title={`List the traces with ${name}`}
                    onClick={() => onChoose(group)}
                  >
                    <span class="type-icon" title={toTypeLabel(type)}>
                      <Icon name={tone} label={toTypeLabel(type)} />
                    </span>
                    <span class="name">{toName(name, 200)}</span>
                    {model !== undefined && (
                      <span class="faint name">{toVisibleText(model.slice(0, 80))}</span>
                    )}
                  </button>
                  {isNarrow && (
                    <span class="span-figures faint">
                      {formatCount(count)} × {formatDuration(totalDurationMs / count)}
                      {errorCount > 0 && <span class="state-ERROR"> {formatCount(errorCount)} failed</span>}
                    </span>
                  )}
                </th>
                <td class="share">
                  <span
                    class="share-bar"
                    style={{ width: `${most > 0 ? (totalDurationMs / most) * 100 : 0}%` }}
                  />
                  <span class="share-text">{formatDuration(totalDurationMs)}</span>
                </td>
                {!isNarrow && (
                  <>
                    <td class="number">{formatDuration(totalDurationMs / count)}</td>
                    <td class="number">{formatCount(count)}</td>
                    <td class={`number${errorCount > 0 ? " state-ERROR" : " faint"}`}>
                      {formatCount(errorCount)}
                    </td>
                  </>
                )}
                {hasTokens && <td class="number">{totalTokens > 0 && formatShortCount(totalTokens)}</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
