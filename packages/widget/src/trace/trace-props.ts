import type { RefObject } from "preact";
import type { Layout } from "../derive/layout.js";
import type { OpenedEdits } from "../edit/edit-kit.js";
import type { ExplorerParts } from "../explorer-parts.js";
import type { ExplorerModel, ExplorerState } from "../explorer-state.js";
import type { TraceReader } from "../reading/source.js";

/** What the explorer's model can do with an open trace. */
export type TraceActions = Pick<
  ExplorerModel,
  | "select"
  | "selectSpan"
  | "fold"
  | "setFilter"
  | "setRange"
  | "markPath"
  | "setView"
  | "compare"
  | "resizePane"
  | "stopReading"
  | "readOn"
  | "stopLooking"
  | "lookOn"
>;

export interface TraceViewProps {
  readonly state: ExplorerState;
  readonly layout: Layout;
  readonly parts: ExplorerParts;
  /** Absent if nothing can be changed. */
  readonly openEdits: (() => Promise<OpenedEdits>) | undefined;
  readonly reader: TraceReader;
  readonly focusNext: RefObject<"tree" | "list" | undefined>;
  readonly actions: TraceActions;
  /** Opens the trace below or above this one in the list. */
  readonly onBeside: (by: 1 | -1) => void;
  readonly onClose: () => void;
  readonly onHelp: () => void;
  readonly onRetry: () => void;
}
