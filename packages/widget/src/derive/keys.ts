/** The row that a key of the WAI-ARIA grid pattern moves to in a list; undefined if it does not move. */
export function toListKeyMove(
  key: string,
  index: number,
  count: number,
  pageRows: number,
): number | undefined {
  const target = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + pageRows,
    PageUp: index - pageRows,
    Home: 0,
    End: count - 1,
  }[key];
  return target === undefined ? undefined : Math.min(count - 1, Math.max(0, target));
}
