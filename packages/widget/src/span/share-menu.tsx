import type { Span, TraceInfo } from "@spanbook/core/model";
import { useEffect, useRef, useState } from "preact/hooks";
import { formatError } from "../derive/format.js";
import { toSnippets } from "../derive/snippet.js";
import { copyText } from "../parts/copy-button.js";
import { downloadFile } from "../parts/download.js";
import { Progress } from "../parts/progress.js";
import { toFileName } from "../parts/file-name.js";
import { toOtlpPieces } from "../reading/export-traces.js";
import { readTrace } from "../reading/read-trace.js";
import type { TraceReader } from "../reading/source.js";

/** The outcome of a menu action. */
type Outcome =
  | { readonly kind: "running"; readonly doneCount: number }
  | { readonly kind: "done"; readonly words: string }
  | { readonly kind: "failed"; readonly error: Error };

/** Makes what is to be copied, saved or printed, in pieces. */
type ToPieces = (signal: AbortSignal) => Promise<readonly string[]>;

/** A menu for sharing a trace: its id, and all of it as JSON or OTLP, to copy or save. */
export function TraceShareMenu({ info, reader }: { readonly info: TraceInfo; readonly reader: TraceReader }) {
  const menu = useActions();
  const readAll = (signal: AbortSignal) => readTrace(reader, info.traceId, signal, menu.onProgress);
  const readOtlp = async (signal: AbortSignal) => toOtlpPieces([await readAll(signal)], signal);
  const toText = () => import("../reading/trace-text.js");
  return (
    <div class="menu" ref={menu.frame}>
      <Action label="Copy the trace id" onClick={() => menu.copy(async () => [info.traceId])} />
      <Action
        label="Copy as JSON"
        onClick={() =>
          menu.copy(async (signal) => (await toText()).toJsonPieces(await readAll(signal), signal))
        }
      />
      <Action label="Copy as OTLP JSON" onClick={() => menu.copy(readOtlp)} />
      <Action label="Save as OTLP JSON" onClick={() => menu.save(toFileName(1, info.name), readOtlp)} />
      <Action
        label="Print"
        onClick={() =>
          menu.print(async (signal) => {
            const { toPrintPage } = await toText();
            return [await toPrintPage(await readAll(signal), Date.now(), signal)];
          })
        }
      />
      <OutcomeLine outcome={menu.outcome} totalCount={info.spanCount} onCancel={menu.cancel} />
    </div>
  );
}

/** A menu for sharing a span: as JSON or OTLP, and a model's call as code that repeats it. */
export function SpanShareMenu({ span }: { readonly span: Span }) {
  const menu = useActions();
  return (
    <div class="menu" ref={menu.frame}>
      <Action label="Copy the span id" onClick={() => menu.copy(async () => [span.spanId])} />
      <Action label="Copy as JSON" onClick={() => menu.copy(async () => [JSON.stringify(span, null, 2)])} />
      <Action label="Copy as OTLP JSON" onClick={() => menu.copy(() => toOtlpOfSpan(span))} />
      {toSnippets(span).map(({ title, code }) => (
        <Action key={title} label={`Copy the call: ${title}`} onClick={() => menu.copy(async () => [code])} />
      ))}
      <OutcomeLine outcome={menu.outcome} totalCount={1} onCancel={menu.cancel} />
    </div>
  );
}

interface PairShareMenuProps {
  readonly pair: readonly [TraceInfo, TraceInfo];
  readonly reader: TraceReader;
}

/** A menu for sharing two compared traces in one file. */
export function PairShareMenu({ pair: [before, after], reader }: PairShareMenuProps) {
  const menu = useActions();
  async function readBoth(signal: AbortSignal): Promise<readonly string[]> {
    const one = await readTrace(reader, before.traceId, signal, menu.onProgress);
    const { length } = one.data.spans;
    const onProgress = (doneCount: number) => menu.onProgress(length + doneCount);
    return toOtlpPieces([one, await readTrace(reader, after.traceId, signal, onProgress)], signal);
  }
  return (
    <div class="menu" ref={menu.frame}>
      <Action label="Copy both as OTLP JSON" onClick={() => menu.copy(readBoth)} />
      <Action label="Save both as OTLP JSON" onClick={() => menu.save(toFileName(2, undefined), readBoth)} />
      <OutcomeLine
        outcome={menu.outcome}
        totalCount={before.spanCount + after.spanCount}
        onCancel={menu.cancel}
      />
    </div>
  );
}

function Action({ label, onClick }: { readonly label: string; readonly onClick: () => void }) {
  return (
    <button type="button" class="menu-item" onClick={onClick}>
      {label}
    </button>
  );
}

interface OutcomeLineProps {
  readonly outcome: Outcome | undefined;
  readonly totalCount: number;
  readonly onCancel: () => void;
}

function OutcomeLine({ outcome, totalCount, onCancel }: OutcomeLineProps) {
  return (
    <p class="menu-outcome" role="status">
      {outcome?.kind === "running" && (
        <Progress
          words="Reading"
          doneCount={outcome.doneCount}
          totalCount={totalCount}
          unit="span"
          onCancel={onCancel}
        />
      )}
      {outcome?.kind === "done" && outcome.words}
      {outcome?.kind === "failed" && (
        <span class="state-ERROR">{formatError(outcome.error).slice(0, 300)}</span>
      )}
    </p>
  );
}

function useActions() {
  const frame = useRef<HTMLDivElement>(null);
  const [outcome, setOutcome] = useState<Outcome | undefined>(undefined);
  const controller = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => controller.current?.abort(), []);

  /** Does one thing at a time and reports how it went: makes a text, and uses it unless it was cancelled. */
  async function run(
    toPieces: ToPieces,
    use: (pieces: readonly string[]) => string | Promise<string>,
  ): Promise<void> {
    controller.current?.abort();
    const { signal } = (controller.current = new AbortController());
    setOutcome(undefined);
    try {
      const pieces = await toPieces(signal);
      signal.throwIfAborted();
      const words = await use(pieces);
      if (!signal.aborted) setOutcome({ kind: "done", words });
    } catch (error) {
      if (signal.aborted) return;
      setOutcome({ kind: "failed", error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  return {
    frame,
    outcome,
    onProgress: (doneCount: number) => setOutcome({ kind: "running", doneCount }),
    cancel() {
      controller.current?.abort();
      setOutcome(undefined);
    },
    copy: (toPieces: ToPieces) =>
      void run(toPieces, async (pieces) => {
        if (await copyText(pieces.join(""), frame.current)) return "Copied";
        throw new Error("the browser does not allow copying here; save it instead");
      }),
    save: (name: string, toPieces: ToPieces) =>
      void run(toPieces, (pieces) => {
        downloadFile(name, new Blob([...pieces], { type: "application/json" }));
        return "Saved";
      }),
    print: (toPage: ToPieces) =>
      void run(toPage, (pieces) => {
        const url = URL.createObjectURL(new Blob([...pieces], { type: "text/html" }));
        const opened = globalThis.open(url, "_blank");
        if (opened === null) {
          throw new Error("the browser opens no pages here; export it and print that");
        }
        return "Opened a page to print";
      }),
  };
}

async function toOtlpOfSpan(span: Span): Promise<readonly string[]> {
  const { toResourceSpans } = await import("@spanbook/core/otlp");
  return [JSON.stringify({ resourceSpans: toResourceSpans([span], { resources: {}, scopes: {} }) }, null, 2)];
}
