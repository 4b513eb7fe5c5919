import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
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
import { useTraceFigures } from "./use-trace-figures.js";

/** A trace that was read: its head, its spans in one of two pictures, and beside or below them the details. */
export function ReadyTrace(props: TraceViewProps & { readonly trace: OpenTrace }) {
  const { state, trace, layout, parts, reader, focusNext, actions, onClose } = props;
  const { info, digests } = trace;
  const { spanId, filter, content, isPathMarked, nowMs, view } = state;
  const figures = useTraceFigures({ trace, nowMs, filter, content, isPathMarked });
  const steps = createSpanSteps(figures, state, actions);
  useEffect(steps.openFound, [content?.spanIds]);
  const edit = useEditKit(props.openEdits);
  const [isOverviewOpen, setOverviewOpen] = useState(false);
  const [toolsChoice, setToolsChoice] = useState<boolean | undefined>(undefined);
  const pane = useRef<HTMLElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const size = useSize(body, { widthPx: 800, heightPx: 500 });

  const place = spanId === undefined ? -1 : (figures.tree.indexOf.get(spanId) ?? -1);
  const node = figures.tree.nodeAt(place);
  const isOverviewShown = node === undefined && (isOverviewOpen || layout.details === "beside");
  const hasDetails = node !== undefined || isOverviewShown;
  const isCramped = hasDetails && layout.details === "below";
  const areToolsShown = toolsChoice ?? (layout.hasRoomAbove && !isCramped);
  const isOnly = !isNarrowing(state.query) && listedTraces(state).length === 1;

  useLayoutEffect(() => {
    if (focusNext.current !== "tree") return;
    focusNext.current = undefined;
    focusSpans();
  }, []);

  // The keyboard goes along to the other picture of the spans.
  const isFocusWanted = useRef(false);
  useLayoutEffect(takeFocus, [view]);

  function takeFocus(): void {
    if (isFocusWanted.current) isFocusWanted.current = !focusSpans();
  }

  // The search was asked for by a key while it was not there.
  const isSearchWanted = useRef(false);
  useLayoutEffect(() => {
    if (!isSearchWanted.current) return;
    isSearchWanted.current = false;
    field.current?.focus();
  }, [toolsChoice]);

  /** Whether there was something to give the focus to. */
  function focusSpans(): boolean {
    const spans = '[role="treegrid"] [role="row"][tabindex="0"], [data-focus="spans"]';
    const target = pane.current?.querySelector<HTMLElement>(spans);
    target?.focus();
    return target !== undefined && target !== null;
  }

  function closeDetails(): void {
    // What is focused in the details would be lost with them.
    const focused = pane.current && focusedIn(pane.current);
    if (focused?.closest(".details")) focusSpans();
    setOverviewOpen(false);
    void actions.selectSpan(undefined);
  }

  function onShortcut(key: string): boolean {
    if (key === "/") {
      isSearchWanted.current = !areToolsShown;
      setToolsChoice(true);
      field.current?.focus();
    } else if (key === "n") follow(steps.toMatch(1));
    else if (key === "N") follow(steps.toMatch(-1));
    else if (key === "e") follow(steps.toFailed(1));
    else if (key === "E") follow(steps.toFailed(-1));
    else if (key === "j") props.onBeside(1);
    else if (key === "k") props.onBeside(-1);
    else if (key === "f" && parts.flame) toggleFlame();
    else if (/^[1-9]$/.test(key)) steps.showLevels(Number(key));
    else return false;
    return true;
  }

  /** The keyboard goes along to the span that is selected, unless the details lie over it. */
  function follow(hasMoved: boolean): void {
    if (hasMoved && layout.details !== "over") focusSpans();
  }

  function goBack(): void {
    if (spanId === undefined) onClose();
    else closeDetails();
  }

  /** From wherever nothing else was meant by them, Escape leads back, and keys lead on among spans and traces. */
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

  function toggleFlame(): void {
    isFocusWanted.current = true;
    actions.setView(view === "flame" ? "tree" : "flame");
  }

  return (
    // A click on what is only text gives it the focus: the keys go on from there.
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
        areToolsShown={areToolsShown}
        isOverviewShown={isOverviewShown}
        onClose={onClose}
        onNextFailing={() => steps.toFailed(1)}
        onOverview={() => {
          void actions.selectSpan(undefined);
          setOverviewOpen(!isOverviewShown);
        }}
        onHelp={props.onHelp}
        onToggleTools={() => setToolsChoice(!areToolsShown)}
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
                : `Its ${formatPlural(info.spanCount, "span")} did not come with it: search with includeSpans.`}
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
            areToolsShown={areToolsShown}
            field={field}
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
