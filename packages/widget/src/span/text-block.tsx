import { useContext, useMemo, useState } from "preact/hooks";
import { formatSize } from "../derive/format.js";
import { toExcerpt } from "../derive/visible-text.js";
import { MarkedText, SearchedText } from "./searched-text.js";

interface TextBlockProps {
  readonly text: string;
  readonly isMono?: boolean;
  /** How much of it is shown at first, in characters. */
  readonly firstLength?: number;
}

/** A page of text, in characters; more is drawn on request. */
export const firstTextLength = 4000;
const moreLength = 200_000;

/** A text from its beginning and, if the search term only occurs later, that place too. */
export function TextBlock({ text, isMono = false, firstLength = firstTextLength }: TextBlockProps) {
  const searched = useContext(SearchedText);
  const [length, setLength] = useState(firstLength);
  const isCut = text.length > length;
  const excerpt = useMemo(
    () => (isCut ? toExcerpt(text, searched, length) : undefined),
    [text, searched, length, isCut],
  );
  return (
    <div class={`text-block${isMono ? " mono" : ""}`}>
      <MarkedText text={isCut ? text.slice(0, length) : text} />
      {excerpt !== undefined && (
        <>
          <span class="faint"> … </span>
          <MarkedText text={excerpt} />
        </>
      )}
      <MoreText text={text} shownLength={length} onMore={setLength} />
    </div>
  );
}

interface MoreTextProps {
  readonly text: string;
  readonly shownLength: number;
  readonly onMore: (length: number) => void;
}

/** A button that shows more of a text; nothing if all of it is shown. */
export function MoreText({ text, shownLength, onMore }: MoreTextProps) {
  const left = text.length - shownLength;
  if (left <= 0) return null;
  return (
    <button type="button" class="link more" onClick={() => onMore(shownLength + moreLength)}>
      … show {left > moreLength ? `${formatSize(moreLength)} more of` : "all"} {formatSize(text.length)}
    </button>
  );
}
