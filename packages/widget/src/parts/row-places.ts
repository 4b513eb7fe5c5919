/** Scrolls just as far as needed to bring a row into sight, below a sticky header of that height. */
export function scrollToRow(
  scroller: HTMLElement,
  index: number,
  rowHeightPx: number,
  headerPx: number,
): void {
  const top = index * rowHeightPx;
  const bottom = top + rowHeightPx + headerPx;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (bottom > scroller.scrollTop + scroller.clientHeight) {
    scroller.scrollTop = bottom - scroller.clientHeight;
  }
}

/** Focuses the row with that `data-id`, if it is drawn, without scrolling. */
export function focusRow(scroller: HTMLElement, id: string): void {
  const rows = [...scroller.querySelectorAll<HTMLElement>("[data-id]")];
  rows.find((row) => row.dataset["id"] === id)?.focus({ preventScroll: true });
}
