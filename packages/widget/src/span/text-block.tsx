import { useContext, useMemo, useState } from "preact/hooks";
import { formatSize } from "../derive/format.js";
import { toExcerpt } from "../derive/visible-text.js";
import { MarkedText, SearchedText } from "./searched-text.js";

interface TextBlockProps {
  readonly text: string;
  readonly isMono?: boolean;
}

/** A page of text; more of it is drawn when asked for. */
const firstLength = 4000;
const moreLength = 200_000;

/** A text from its beginning; where what is looked for comes later only, the place as well. */
export function TextBlock({ text, isMono = false }: TextBlockProps) {
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
      {isCut && (
        <button type="button" class="link more" onClick={() => setLength(length + moreLength)}>
          … show {text.length - length > moreLength ? formatSize(moreLength) : "all"} more of{" "}
          {formatSize(text.length)}
        </button>
      )}
    </div>
  );
}
