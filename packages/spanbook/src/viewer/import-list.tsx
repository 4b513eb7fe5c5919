import { formatCount, formatPlural, printable } from "@spanbook/widget/parts";
import type { FileImport } from "./viewer-state.js";

interface ImportListProps {
  readonly imports: readonly FileImport[];
  readonly onCancel: (id: number) => void;
  /** Removes finished imports from the list. */
  readonly onDismiss: () => void;
}

/** The files being imported or done, with what could not be read of them. */
export function ImportList({ imports, onCancel, onDismiss }: ImportListProps) {
  if (imports.length === 0) return null;
  const isDone = imports.every(({ status }) => status !== "waiting" && status !== "reading");
  return (
    <section class="imports" aria-label="Files">
      <ul aria-live="polite">
        {imports.map((each) => (
          <li key={each.id} class={each.status}>
            <span class="name">{printable(each.name)}</span> <span class="grow">{describe(each)}</span>
            {isRunning(each) && (
              <button type="button" onClick={() => onCancel(each.id)}>
                Cancel
              </button>
            )}
            {each.errors.length > 0 && <ErrorList {...each} />}
          </li>
        ))}
      </ul>
      {isDone && (
        <button type="button" class="quiet" onClick={onDismiss}>
          Dismiss
        </button>
      )}
    </section>
  );
}

function isRunning({ status }: FileImport): boolean {
  return status === "waiting" || status === "reading";
}

function describe({ status, traces, spans, skipped, failure = "" }: FileImport): string {
  switch (status) {
    case "waiting":
      return "waiting";
    case "reading":
      return spans === 0 ? "reading …" : `reading, ${formatPlural(spans, "span")} so far …`;
    case "failed":
      return `could not be read: ${printable(failure)}`;
    case "cancelled":
      return spans === 0 ? "cancelled" : `cancelled after ${formatPlural(spans, "span")}, which are here`;
    case "done": {
      if (spans === 0 && skipped === 0) return "no traces found";
      const others = skipped > 0 ? `; ${formatPlural(skipped, "document")} of metrics or logs skipped` : "";
      return `${formatPlural(traces, "trace")}, ${formatPlural(spans, "span")}${others}`;
    }
  }
}

const maxShown = 100;

function ErrorList({ errors, spans }: FileImport) {
  const rest = errors.length - maxShown;
  return (
    <details class="errors">
      <summary>
        {formatPlural(errors.length, "part")} could not be read{spans > 0 && "; the rest is here"}
      </summary>
      <ol>
        {errors.slice(0, maxShown).map(({ line, path, message }) => (
          <li>
            <span class="muted">line {formatCount(line)}</span> {path && <code>{printable(path)}</code>}{" "}
            {printable(message)}
          </li>
        ))}
      </ol>
      {rest > 0 && <p class="muted">and {formatCount(rest)} more</p>}
    </details>
  );
}
