/** Rows in columns as wide as they need, for a terminal. */
export interface Column {
  readonly title: string;
  readonly align?: "end";
}

/** The lines; the last column may be as long as it is, and is cut where the line has no more room. */
export function toTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  maxWidth: number,
): string[] {
  const titles = columns.map(({ title }) => title);
  const widths = columns.map((_, index) =>
    [titles, ...rows].reduce((most, row) => Math.max(most, (row[index] ?? "").length), 0),
  );
  return [titles, ...rows].map((row) => {
    const cells = row.map((cell, index) => {
      const width = widths[index] ?? 0;
      if (columns[index]?.align === "end") return cell.padStart(width);
      return index === row.length - 1 ? cell : cell.padEnd(width);
    });
    const line = cells.join("  ");
    return line.length > maxWidth ? `${line.slice(0, maxWidth - 1)}…` : line;
  });
}
