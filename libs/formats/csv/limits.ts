// csv/: tables as text, whoever wrote them: the rows of a file of any length, or of one payload, in bounded memory.
// A row is an object of its columns' names and texts; which format it is in, others find out by its columns.

/** What a table may be at most. Lengths are in characters. */
export const csvLimits = {
  /** One row, over all of its lines. */
  rowMax: 256 * 1024,
  /** Lines of one row: cells in quotes may hold line ends. */
  rowLinesMax: 64,
  columnsMax: 512,
  /** Characters of the name of a column. */
  nameMax: 256,
  /** Lines over the heading that name no columns, such as the title of a report. */
  titlesMax: 8,
  /** Rows that are taken apart in one go. */
  blockRows: 256,
  blockMax: 1024 * 1024,
} as const;

/** A line of a file, from 1. Undefined text: it is longer than a row may be. */
export interface Line {
  readonly number: number;
  readonly text: string | undefined;
}
