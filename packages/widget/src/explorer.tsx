import { useCallback, useRef } from "preact/hooks";
import { toLayout } from "./derive/layout.js";
import { listedTraces, type ExplorerModel } from "./explorer-state.js";
import { TraceList } from "./list/trace-list.js";
import { useSize } from "./parts/use-size.js";
import { useStore } from "./parts/use-store.js";
import { TraceView } from "./trace/trace-view.js";

const fallbackSize = { widthPx: 800, heightPx: 600 };

/** The list, and beside it or in its place the selected trace. */
export function Explorer({ model }: { readonly model: ExplorerModel }) {
  const state = useStore(model.store);
  const frame = useRef<HTMLDivElement>(null);
  const { widthPx, heightPx } = useSize(frame, fallbackSize);
  const layout = toLayout(widthPx, heightPx);
  /** Where the focus goes when what has it disappears. */
  const focusNext = useRef<"tree" | "list" | undefined>(undefined);

  const { traceId } = state;
  const isListShown = traceId === undefined || layout.hasSideList;
  const isOnlyTrace = listedTraces(state).length === 1 && state.list.status === "ready";

  const openTrace = useCallback(
    (chosenId: string) => {
      focusNext.current = "tree";
      void model.selectTrace(chosenId);
    },
    [model],
  );
  const closeTrace = useCallback(() => {
    focusNext.current = "list";
    void model.selectTrace(undefined);
  }, [model]);

  return (
    <div class="explorer" ref={frame}>
      {isListShown && !(isOnlyTrace && traceId !== undefined) && (
        <TraceList
          state={state}
          isAside={traceId !== undefined}
          hasRoomForPlot={heightPx >= 420}
          focusNext={focusNext}
          onOpen={openTrace}
          onLoadMore={() => void model.loadMore()}
          onRetry={() => void model.load()}
        />
      )}
      {traceId !== undefined && (
        <TraceView
          key={traceId}
          state={state}
          layout={layout}
          focusNext={focusNext}
          onClose={closeTrace}
          onRetry={() => void model.selectTrace(traceId)}
          onSelectSpan={(spanId) => void model.selectSpan(spanId)}
          onCollapse={model.setCollapsed}
        />
      )}
    </div>
  );
}
