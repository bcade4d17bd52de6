/** A line of CSV with its end: cells in quotes where they must be. */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map((cell) => csvCell(String(cell))).join(',')}\n`;
}

export function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What a spreadsheet would compute begins with an apostrophe, so that it stays text: names and identifiers come from outside. */
export function spreadsheetText(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]\d+$/.test(text) ? `'${text}` : text;
}

/** Cells and what ends them, of lines that `csvLine` has made. */
const cellsOfLines = /("(?:[^"]|"")*"|[^,\n]*)([,\n])/g;

/**
 * The same table as a spreadsheet set to French opens by a double click: semicolons between cells, since commas are of numbers there, and a byte order
 * mark, without which accents come out as two characters. `csv` is lines of `csvLine`.
 */
export function frenchTable(csv: string): string {
  const cells = csv.replaceAll(cellsOfLines, (_all, cell: string, end: string) => {
    const kept = cell.startsWith('"') || !cell.includes(';') ? cell : `"${cell}"`;
    return `${kept}${end === ',' ? ';' : '\r\n'}`;
  });
  return `\uFEFF${cells}`;
}
