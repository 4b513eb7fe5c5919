import { useEffect, useRef, useState } from "preact/hooks";
import { useEditKit } from "../edit/edit-kit.js";
import { focusedIn } from "../parts/focused.js";
import { Later } from "../parts/later.js";
import { Notice } from "../parts/notice.js";
import { Popover } from "../parts/popover.js";
import { useSize } from "../parts/use-size.js";
import { formatPlural } from "../derive/format.js";
import { isNarrowing } from "../derive/list-query.js";
import { toLabel } from "../derive/visible-text.js";
import { toComparison } from "../state/compare-state.js";
import { listedTraces } from "../state/list-state.js";
import type { OpenTrace } from "../state/trace-state.js";
import { DetailsPane } from "./details-pane.js";
import { createSpanSteps } from "./span-steps.js";
import { SpansPane } from "./spans-pane.js";
import { TraceHead } from "./trace-head.js";
import type { TraceViewProps } from "./trace-props.js";
import { toShortcutHandler } from "./trace-shortcuts.js";
import { useSpansFocus } from "./use-spans-focus.js";
import { useTools } from "./use-tools.js";
import { useTraceFigures } from "./use-trace-figures.js";

/** A trace that has been read: its head, its spans as a tree or flames, and the details beside or below them. */
export function ReadyTrace(props: TraceViewProps & { readonly trace: OpenTrace }) {
  const { state, trace, layout, parts, reader, actions, onClose } = props;
  const { info, digests } = trace;
  const { spanId, filter, content, isPathMarked, nowMs, view } = state;
  const figures = useTraceFigures({ trace, nowMs, filter, content, isPathMarked });
  const steps = createSpanSteps(figures, state, actions);
  useEffect(steps.openFound, [content?.spanIds]);
  const edit = useEditKit(props.openEdits);
  const [isOverviewOpen, setOverviewOpen] = useState(false);
  const pane = useRef<HTMLElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const size = useSize(body, { widthPx: 800, heightPx: 500 });

  const place = spanId === undefined ? -1 : (figures.tree.indexOf.get(spanId) ?? -1);
  const node = figures.tree.nodeAt(place);
  const isOverviewShown = node === undefined && (isOverviewOpen || layout.details === "beside");
  const hasDetails = node !== undefined || isOverviewShown;
  const isCramped = hasDetails && layout.details === "below";
  const tools = useTools(layout.hasRoomAbove && !isCramped);
  const { focusSpans, keepFocus, takeFocus } = useSpansFocus(pane, props.focusNext, view);
  const isOnly = !isNarrowing(state.query) && listedTraces(state).length === 1;

  function toggleFlame(): void {
    keepFocus();
    actions.setView(view === "flame" ? "tree" : "flame");
  }

  const onShortcut = toShortcutHandler({
    steps,
    onSearch: tools.search,
    onBeside: props.onBeside,
    onFlame: parts.flame && toggleFlame,
    onMoved() {
      // The keyboard goes along to the span that is selected, unless the details lie over it.
      if (layout.details !== "over") focusSpans();
    },
  });

  function closeDetails(): void {
    // The focus in the details would be lost with them.
    const focused = pane.current && focusedIn(pane.current);
    if (focused?.closest(".details")) focusSpans();
    setOverviewOpen(false);
    void actions.selectSpan(undefined);
  }

  function goBack(): void {
    if (spanId === undefined) onClose();
    else closeDetails();
  }

  /** Wherever these keys have no other meaning, Escape goes back, and others move among spans and traces. */
  function onKeyDown(event: KeyboardEvent): void {
    const { key, target } = event;
    if (event.defaultPrevented || !(target instanceof Element)) return;
    if (target.closest("form, input, select") || event.altKey || event.ctrlKey || event.metaKey) return;
    const isInDetails = target.closest(".details") !== null;
    if (key === "Escape" && isInDetails && layout.details !== "beside") closeDetails();
    else if (key === "Escape") goBack();
    else if (!onShortcut(key)) return;
    event.preventDefault();
  }

  return (
    // A click on plain text focuses it, so that the keys work from there.
    <section
      class="trace-pane"
      aria-label={`Trace ${toLabel(info.name)}`}
      tabIndex={-1}
      ref={pane}
      onKeyDown={onKeyDown}
    >
      <TraceHead
        info={info}
        nowMs={nowMs}
        openEndMs={figures.timeline.openEndMs}
        isNarrow={layout.isNarrowTree}
        areToolsShown={tools.areToolsShown}
        isOverviewShown={isOverviewShown}
        onClose={onClose}
        onNextFailing={() => steps.toFailed(1)}
        onOverview={() => {
          void actions.selectSpan(undefined);
          setOverviewOpen(!isOverviewShown);
        }}
        onHelp={props.onHelp}
        onToggleTools={tools.toggle}
      >
        {parts.compare && !isOnly && (
          <Popover icon="compare" label="Compare with another trace">
            <Later load={parts.compare} what="the traces">
              {({ ComparePicker }) => (
                <ComparePicker
                  info={info}
                  reader={reader}
                  nowMs={nowMs}
                  onPick={(other) =>
                    actions.compare(toComparison([info.traceId, other.traceId], [info, other]))
                  }
                />
              )}
            </Later>
          </Popover>
        )}
        <Popover icon="share" label="Copy and save">
          <Later load={() => import("../span/details-parts.js")} what="the choices">
            {({ TraceShareMenu }) => <TraceShareMenu info={info} reader={reader} />}
          </Later>
        </Popover>
      </TraceHead>
      <div class={`trace-body details-${layout.details}`} ref={body}>
        {digests.length === 0 ? (
          <Notice title="No spans">
            <p class="notice-text">
              {info.spanCount === 0
                ? "Only what was set on the trace as a whole is known."
                : `Its ${formatPlural(info.spanCount, "span")} did not come along: search with includeSpans.`}
            </p>
          </Notice>
        ) : (
          <SpansPane
            state={state}
            trace={trace}
            figures={figures}
            steps={steps}
            actions={actions}
            flame={parts.flame}
            isNarrow={layout.isNarrowTree}
            areToolsShown={tools.areToolsShown}
            field={tools.field}
            onFlame={toggleFlame}
            onFlameReady={takeFocus}
            onLeaveTools={focusSpans}
            onShortcut={onShortcut}
            onEscape={goBack}
          />
        )}
        {hasDetails && (
          <DetailsPane
            state={state}
            trace={trace}
            figures={figures}
            node={node}
            edit={edit}
            isReadOnly={parts.edit === undefined}
            layout={layout}
            size={size}
            actions={actions}
            onReveal={steps.reveal}
            onClose={closeDetails}
          />
        )}
      </div>
    </section>
  );
}
