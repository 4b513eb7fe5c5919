/** Rows in columns as wide as their content, for a terminal, where a Chinese character or an emoji takes two cells. */
import fitWidth from "fast-string-truncated-width";

export interface Column {
  readonly title: string;
  readonly align?: "end";
}

/** The lines. The last column may be of any length, but is cut at the end of the line. */
export function toTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  maxWidth: number,
): string[] {
  const titles = columns.map(({ title }) => title);
  const widths = columns.map((_, index) =>
    [titles, ...rows].reduce((most, row) => Math.max(most, widthOf(row[index] ?? "")), 0),
  );
  return [titles, ...rows].map((row) => {
    const cells = row.map((cell, index) => {
      const padding = " ".repeat((widths[index] ?? 0) - widthOf(cell));
      if (columns[index]?.align === "end") return padding + cell;
      return index === row.length - 1 ? cell : cell + padding;
    });
    const line = cells.join("  ");
    const { index: end, ellipsed } = fitWidth(line, { limit: maxWidth, ellipsis: "…", ellipsisWidth: 1 });
    return ellipsed ? `${line.slice(0, end)}…` : line;
  });
}

function widthOf(text: string): number {
  return fitWidth(text).width;
}
