import type { Documents } from "../derive/documents.js";
import { formatCount } from "../derive/format.js";
import { JsonTree } from "./json-tree.js";
import { MessageText } from "./message-text.js";
import { MarkedText, useShownCount } from "./searched-text.js";

const firstCount = 20;

/** What a retriever found, in its order, and the fields beside that. */
export function DocumentList({ found: { documents, others } }: { readonly found: Documents }) {
  const [shown, setShown] = useShownCount(documents, firstCount);
  return (
    <>
      <ol class="documents">
        {documents.slice(0, shown).map(({ text, title, score, metadata }, index) => (
          <li key={index} class="document">
            <span class="document-head">
              <span class="faint">{index + 1}</span>
              <span class="document-title" title={title}>
                {title !== undefined && <MarkedText text={title} />}
              </span>
              {score !== undefined && (
                <span class="document-score" title={String(score)}>
                  {Number(score.toPrecision(4))}
                </span>
              )}
            </span>
            <MessageText text={text} />
            {Object.keys(metadata).length > 0 && <JsonTree value={metadata} isTagged={false} />}
          </li>
        ))}
        {documents.length > shown && (
          <li>
            <button type="button" class="link more" onClick={() => setShown(shown + 200)}>
              … {formatCount(documents.length - shown)} more
            </button>
          </li>
        )}
      </ol>
      {others && (
        <div class="beside">
          <JsonTree value={others} isTagged={false} />
        </div>
      )}
    </>
  );
}
