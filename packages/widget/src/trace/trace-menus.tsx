import type { TraceInfo } from "@spanbook/core/model";
import type { ExplorerParts } from "../explorer-parts.js";
import { Later } from "../parts/later.js";
import { Popover } from "../parts/popover.js";
import type { TraceReader } from "../reading/source.js";

interface TraceMenusProps {
  readonly info: TraceInfo;
  readonly reader: TraceReader;
  readonly nowMs: number;
  /** Absent where there is no comparison, or no other trace. */
  readonly compare: ExplorerParts["compare"];
  readonly onCompare: (other: TraceInfo) => void;
}

/** What opens in the head of a trace: the traces to compare it with, and the ways to copy and save it. */
export function TraceMenus({ info, reader, nowMs, compare, onCompare }: TraceMenusProps) {
  return (
    <>
      {compare && (
        <Popover icon="compare" label="Compare with another trace">
          <Later load={compare} what="the traces">
            {({ ComparePicker }) => (
              <ComparePicker info={info} reader={reader} nowMs={nowMs} onPick={onCompare} />
            )}
          </Later>
        </Popover>
      )}
      <Popover icon="share" label="Copy and save">
        <Later load={() => import("../span/details-parts.js")} what="the choices">
          {({ TraceShareMenu }) => <TraceShareMenu info={info} reader={reader} />}
        </Later>
      </Popover>
    </>
  );
}
