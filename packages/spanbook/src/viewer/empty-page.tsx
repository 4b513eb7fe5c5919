import type { ComponentChildren } from "preact";

interface EmptyPageProps {
  readonly onChoose: () => void;
  /** Choices that can be made before there are traces. */
  readonly children: ComponentChildren;
}

/** What the page is for, while it has nothing to show. */
export function EmptyPage({ onChoose, children }: EmptyPageProps) {
  return (
    <div class="empty">
      <h1>Spanbook viewer</h1>
      <p class="lead">Drop files with traces here, to see what an AI program did.</p>
      <button type="button" class="primary" onClick={onChoose}>
        Choose files
      </button>
      <dl class="kinds">
        <div>
          <dt>A Spanbook database</dt>
          <dd>
            <code>traces.db</code>, made by <code>openStore("traces.db")</code>
          </dd>
        </div>
        <div>
          <dt>OTLP JSON or protobuf</dt>
          <dd>one document, or one per line as OpenTelemetry's file exporter writes them</dd>
        </div>
        <div>
          <dt>MLflow trace JSON</dt>
          <dd>one trace, a list, or one per line</dd>
        </div>
        <div>
          <dt>A Spanbook report</dt>
          <dd>the HTML page that somebody sent you</dd>
        </div>
      </dl>
      <p class="muted">
        Any of them may be compressed with gzip. The content says what a file is, not its name.
      </p>
      <p class="muted">
        Nothing leaves this page: it makes no requests, and works without a network. A program in another
        language can send its traces to a file: <code>npx spanbook receive traces.db</code>.
      </p>
      {children}
    </div>
  );
}
