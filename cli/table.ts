/**
 * Rows of cells as lines whose columns are as wide as they must be, without blanks at their ends. Columns of `figures` are aligned to the
 * right.
 */
export function alignedRows(rows: readonly (readonly string[])[], figures: ReadonlySet<number> = new Set()): readonly string[] {
  const columns = Math.max(0, ...rows.map((cells) => cells.length));
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((cells) => (cells[at] ?? '').length)));
  const aligned = (cell: string, at: number) => (figures.has(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0));
  return rows.map((cells) => cells.map(aligned).join('  ').trimEnd());
}
