/** Where the blank between day and hour is, in a line that begins with `{"time":"2026-01-05 09:00:00.000"`. */
const blankAt = '{"time":"2026-01-05'.length;
const blank = 0x20;
const quote = 0x22;
const brace = 0x7d;
const letterL = 0x6c;

/**
 * Whether a line is as `FORMAT JSONEachRow` writes it and not as it lay in the log. It names every column, `extra` last, so that its end mostly
 * tells: `""}`, which no row of the log has there. Where `extra` is not empty, and in the first line of a block, it is looked for nulls. `end`
 * is behind the line end.
 */
export function isExported(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start + blankAt] === blank) return true;
  if (bytes[end - 2] !== brace) return false;
  const before = bytes[end - 4];
  if (bytes[end - 3] === letterL) return before === letterL;
  if (bytes[end - 3] !== quote) return false;
  return before === quote || ((start === 0 || before === brace) && hasNull(bytes.subarray(start, end)));
}

function hasNull(line: Buffer): boolean {
  return line.includes(':null') || line.includes('"record_count":"');
}

/**
 * Rows as ClickHouse writes them, in the form that they have in the log: times as `2026-01-05T09:00:00.000Z`, no nulls, counts as numbers. One
 * line stays one line. Nothing of this can lie within a text value: there every quote has a backslash before it.
 */
export function asInTheLog(bytes: Buffer): Buffer {
  const text = bytes
    .toString('latin1')
    .replaceAll(/"(time|received_at)":"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3})"/g, '"$1":"$2T$3Z"')
    .replaceAll(/,"[a-z_]+":null/g, '')
    .replaceAll(/"record_count":"(\d+)"/g, '"record_count":$1');
  return Buffer.from(text, 'latin1');
}
