import type { SpanDigest } from "@spanbook/core/model";
import type { ComparedRow } from "../derive/compare-rows.js";
import { formatCount, formatDuration } from "../derive/format.js";
import { toTypeLabel } from "../derive/type-label.js";
import { toName, toVisibleText } from "../derive/visible-text.js";
import { toTypeTone } from "../design/tokens.js";
import { Duration } from "../parts/duration.js";
import { Icon } from "../parts/icon.js";
import { Indent } from "../parts/indent.js";

interface CompareRowProps {
  readonly row: ComparedRow;
  /** From 1, the head included. */
  readonly rowIndex: number;
  /** The greatest difference of all rows. */
  readonly maxMs: number;
  readonly isCollapsed: boolean;
  readonly isSelected: boolean;
  /** The one row that Tab reaches. */
  readonly isActive: boolean;
  readonly onSelect: () => void;
  readonly onToggle: () => void;
}

const signs = { same: "", changed: "≠", added: "+", removed: "−" } as const;

/** A span of both traces, or of one of them. */
export function CompareRow(props: CompareRowProps) {
  const { row, rowIndex, maxMs, isCollapsed, isSelected, isActive, onSelect, onToggle } = props;
  const { beforeDigest, afterDigest, beforeMs, afterMs, change, depth, childCount } = row;
  const digest = afterDigest ?? beforeDigest;
  if (!digest) return null;
  const hasFailed = afterDigest?.status === "ERROR" || (!afterDigest && beforeDigest?.status === "ERROR");
  return (
    <div
      class={`compare-row ${change} tone-${toTypeTone(digest.type)}${hasFailed ? " failed" : ""}`}
      role="row"
      data-id={row.key}
      aria-level={depth + 1}
      aria-rowindex={rowIndex}
      aria-expanded={childCount > 0 ? !isCollapsed : undefined}
      aria-selected={isSelected}
      tabIndex={isActive ? 0 : -1}
      onClick={onSelect}
    >
      <span role="gridcell" class="span-name">
        <span class={`sign ${change}`} role="img" aria-label={change} title={change}>
          {signs[change]}
        </span>
        <Indent depth={depth} />
        <span
          class={childCount > 0 ? `chevron${isCollapsed ? "" : " open"}` : "no-chevron"}
          onClick={(event) => {
            event.stopPropagation();
            if (childCount > 0) onToggle();
          }}
        />
        <span class="type-icon" title={toTypeLabel(digest.type)}>
          <Icon name={toTypeTone(digest.type)} label={toTypeLabel(digest.type)} />
        </span>
        <span class="name" title={digest.name}>
          {toName(digest.name, 500)}
          {row.number !== undefined && <span class="name-number">_{row.number}</span>}
        </span>
        {beforeDigest && afterDigest && beforeDigest.name !== afterDigest.name && (
          <span class="aside">
            <span>was {toVisibleText(beforeDigest.name.slice(0, 200))}</span>
          </span>
        )}
        {hasFailed && (
          <span class="mark state-ERROR" title="failed">
            <Icon name="error" label="failed" />
          </span>
        )}
        {isCollapsed && <span class="hidden-count">{formatCount(row.descendantCount)}</span>}
      </span>
      <span role="gridcell" class="number before">
        <TimeTaken digest={beforeDigest} ms={beforeMs} />
      </span>
      <span role="gridcell" class="number">
        <TimeTaken digest={afterDigest} ms={afterMs} />
      </span>
      <span role="gridcell" class="delta">
        <Difference deltaMs={toDeltaMs(row)} maxMs={maxMs} />
      </span>
    </div>
  );
}

/** How long a span took in one of the traces, if it is there and has ended. */
function TimeTaken({
  digest,
  ms,
}: {
  readonly digest: SpanDigest | undefined;
  readonly ms: number | undefined;
}) {
  if (ms !== undefined) return <Duration ms={ms} />;
  return <span class="faint">{digest ? "open" : "—"}</span>;
}

interface DifferenceProps {
  readonly deltaMs: number | undefined;
  readonly maxMs: number;
}

function Difference({ deltaMs, maxMs }: DifferenceProps) {
  if (deltaMs === undefined) return null;
  const direction = deltaMs > 0 ? "longer" : "shorter";
  const width = `${maxMs > 0 ? (Math.abs(deltaMs) / maxMs) * 50 : 0}%`;
  const sign = deltaMs > 0 ? "+" : "−";
  return (
    <>
      <span class="delta-track" aria-hidden>
        <span class={`delta-bar ${direction}`} style={{ width }} />
      </span>
      <span class={`delta-text ${direction}`}>
        {deltaMs === 0 ? "0" : `${sign}${formatDuration(Math.abs(deltaMs))}`}
      </span>
    </>
  );
}

/** How much longer a span took in the second trace; undefined where it has no duration in one of them. */
export function toDeltaMs({ beforeMs, afterMs }: ComparedRow): number | undefined {
  return beforeMs === undefined || afterMs === undefined ? undefined : afterMs - beforeMs;
}
