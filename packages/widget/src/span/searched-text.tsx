import { createContext } from "preact";
import { useContext, useMemo, useState } from "preact/hooks";
import { hasText } from "../derive/json-search.js";
import { splitAll, toVisibleText } from "../derive/visible-text.js";

/** What the reader searches for among the spans, for everything that shows a span's content; empty for nothing. */
export const SearchedText = createContext("");

/** Nobody counts more of them in one text. */
const maxMarks = 500;

interface MarkedTextProps {
  readonly text: string;
  /** Case is ignored; empty marks nothing. Default {@link SearchedText}. */
  readonly searched?: string;
}

/** A text in which the search term is marked. */
export function MarkedText({ text, searched }: MarkedTextProps) {
  const handed = useContext(SearchedText);
  return (
    <>
      {splitAll(text, searched ?? handed, maxMarks).map((part, index) =>
        index % 2 === 1 ? <mark key={index}>{toVisibleText(part)}</mark> : toVisibleText(part),
      )}
    </>
  );
}

/** The most items shown at first to reach one with the search term. */
const maxFoundCount = 1000;

/** How many of a list's items are shown, and a setter: a few at first, or up to the first that contains the search term. */
export function useShownCount(
  items: readonly unknown[],
  firstCount: number,
): readonly [shownCount: number, showMore: (count: number) => void] {
  const searched = useContext(SearchedText);
  const [shownCount, setShownCount] = useState(firstCount);
  const found = useMemo(
    () => items.slice(0, maxFoundCount).findIndex((item) => hasText(item, searched)),
    [items, searched],
  );
  return [Math.max(shownCount, found + 1), setShownCount];
}

/** Scrolls the first mark in a frame into view without moving anything outside the frame. */
export function scrollToMark(frame: HTMLElement): void {
  const mark = frame.querySelector("mark");
  for (
    let around = mark?.parentElement;
    mark && around && frame.contains(around);
    around = around.parentElement
  ) {
    const topPx = mark.getBoundingClientRect().top - around.getBoundingClientRect().top;
    const isInSight = topPx >= 0 && topPx < around.clientHeight - markPx;
    if (!isInSight && around.clientHeight > 0) around.scrollTop += topPx - around.clientHeight / 3;
  }
}

const markPx = 24;
