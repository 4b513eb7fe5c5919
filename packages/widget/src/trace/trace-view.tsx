import { useLayoutEffect, useRef } from "preact/hooks";
import { FailureNotice } from "../parts/failure-notice.js";
import { IconButton } from "../parts/icon-button.js";
import { Loading } from "../parts/loading.js";
import { Notice } from "../parts/notice.js";
import { ReadyTrace } from "./ready-trace.js";
import type { TraceViewProps } from "./trace-props.js";

/** The selected trace: a summary in a line, its spans, and the details of one. */
export function TraceView(props: TraceViewProps) {
  const { trace } = props.state;
  // While it is being read again, what was read before stays.
  if (trace?.status === "ready" && trace.value) return <ReadyTrace {...props} trace={trace.value} />;
  return <AbsentTrace {...props} />;
}

/** A trace that is not there yet, or not at all. Its keys work here too, instead of going to the page around. */
function AbsentTrace({ state, focusNext, onBeside, onClose, onRetry }: TraceViewProps) {
  const { trace } = state;
  const pane = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (focusNext.current === "tree") pane.current?.focus();
  }, []);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "j") onBeside(1);
    else if (event.key === "k") onBeside(-1);
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
  }

  return (
    <section class="trace-pane" aria-label="Trace" tabIndex={-1} ref={pane} onKeyDown={onKeyDown}>
      <header class="pane-head">
        <IconButton icon="back" label="Back to the list" onClick={onClose} />
      </header>
      {trace?.status === "failed" ? (
        <FailureNotice title="The trace could not be read" error={trace.error} onRetry={onRetry} />
      ) : trace?.status === "ready" ? (
        <Notice title="This trace is not here" actions={{ "Back to the list": onClose }}>
          <p class="notice-text">It was deleted, pruned to make room, or recorded elsewhere.</p>
        </Notice>
      ) : (
        <Loading what="the trace" />
      )}
    </section>
  );
}
