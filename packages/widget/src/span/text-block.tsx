import { useState } from "preact/hooks";
import { formatSize } from "../derive/format.js";
import { toVisibleText } from "../derive/visible-text.js";

interface TextBlockProps {
  readonly text: string;
  readonly isMono?: boolean;
}

/** A page of text; more of it is drawn when asked for. */
const firstLength = 4000;
const moreLength = 200_000;

export function TextBlock({ text, isMono = false }: TextBlockProps) {
  const [length, setLength] = useState(firstLength);
  const isCut = text.length > length;
  return (
    <div class={`text-block${isMono ? " mono" : ""}`}>
      {toVisibleText(isCut ? text.slice(0, length) : text)}
      {isCut && (
        <button type="button" class="link more" onClick={() => setLength(length + moreLength)}>
          … show {text.length - length > moreLength ? formatSize(moreLength) : "all"} more of{" "}
          {formatSize(text.length)}
        </button>
      )}
    </div>
  );
}
