import { useMemo } from "preact/hooks";
import { formatPath } from "../derive/json-search.js";
import { diffJson, type JsonChange } from "../derive/json-diff.js";
import { diffTexts, type DiffPart } from "../derive/text-diff.js";
import { toVisibleText } from "../derive/visible-text.js";
import { JsonTree } from "../span/json-tree.js";

interface ValueDifferenceProps {
  readonly before: unknown;
  readonly after: unknown;
}

/** Longer texts are shown one below the other. */
const maxTextLength = 200_000;

/** The differences between two values: texts word by word, the rest by path. */
export function ValueDifference({ before, after }: ValueDifferenceProps) {
  const { changes, isCut } = useMemo(() => diffJson(before, after), [before, after]);
  if (before === undefined) return <OneSide word="Only after" value={after} />;
  if (after === undefined) return <OneSide word="Only before" value={before} />;
  if (changes.length === 0) {
    return <p class="faint">{isCut ? "Too large to compare in full" : "The same"}</p>;
  }
  return (
    <>
      <ul class="differences">
        {changes.map((change) => (
          <li key={JSON.stringify(change.path)}>
            {change.path.length > 0 && (
              <span class="mono json-key difference-path" title={formatPath(change.path)}>
                {toVisibleText(formatPath(change.path).slice(0, 300))}
              </span>
            )}
            <Change change={change} />
          </li>
        ))}
      </ul>
      {isCut && <p class="faint">There are more differences than listed here.</p>}
    </>
  );
}

function OneSide({ word, value }: { readonly word: string; readonly value: unknown }) {
  return (
    <>
      <p class="faint">{word}</p>
      <JsonTree value={value} isTagged={false} />
    </>
  );
}

function Change({ change }: { readonly change: JsonChange }) {
  const { before, after } = change;
  if (
    typeof before === "string" &&
    typeof after === "string" &&
    before.length + after.length <= maxTextLength
  ) {
    return <TextDifference before={before} after={after} />;
  }
  return (
    <>
      {"before" in change && (
        <div class="difference removed">
          <span class="unseen">before: </span>
          <JsonTree value={before} isTagged={false} />
        </div>
      )}
      {"after" in change && (
        <div class="difference added">
          <span class="unseen">after: </span>
          <JsonTree value={after} isTagged={false} />
        </div>
      )}
    </>
  );
}

function TextDifference({ before, after }: { readonly before: string; readonly after: string }) {
  const parts = useMemo(() => diffTexts(before, after), [before, after]);
  return (
    <p class="text-block difference-text">
      {parts.map(({ kind, text }, index) =>
        kind === "removed" ? (
          <del key={index}>{toVisibleText(text)}</del>
        ) : kind === "added" ? (
          <ins key={index} class={isReplaced(parts, index) ? "apart" : ""}>
            {toVisibleText(text)}
          </ins>
        ) : (
          <span key={index}>{toVisibleText(shorten(text, index > 0, index < parts.length - 1))}</span>
        ),
      )}
    </p>
  );
}

const sentenceLength = 30;

/** Whether one text replaces another, and both are so long that they read better one below the other. */
function isReplaced(parts: readonly DiffPart[], index: number): boolean {
  const [before, after] = [parts[index - 1], parts[index]];
  return before?.kind === "removed" && Math.max(before.text.length, after?.text.length ?? 0) > sentenceLength;
}

const contextLength = 160;

/** Shortens a long unchanged stretch to the parts near differences. */
function shorten(text: string, hasBefore: boolean, hasAfter: boolean): string {
  if (text.length <= 3 * contextLength) return text;
  const start = hasBefore ? text.slice(0, contextLength) : "";
  const end = hasAfter ? text.slice(-contextLength) : "";
  return `${start} … ${end}`;
}
