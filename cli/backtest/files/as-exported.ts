const spaceInTime = 0x20;
/** Where the blank between day and hour is, in a line that begins with `{"time":"2026-01-05 09:00:00.000"`. */
const spaceAt = '{"time":"2026-01-05'.length;
const nullValue = ':null';
const quotedCount = '"record_count":"';

/**
 * Rows as ClickHouse writes them by `FORMAT JSONEachRow`, in the form that they have in the log: times as `2026-01-05T09:00:00.000Z`, no
 * nulls, counts as numbers. One line stays one line. Bytes that need nothing are given back as they are. Nothing of this can lie within a
 * text value: there every quote has a backslash before it.
 */
export function asExported(bytes: Buffer): Buffer {
  const times = bytes[spaceAt] === spaceInTime;
  if (!times && !bytes.includes(nullValue) && !bytes.includes(quotedCount)) return bytes;
  const text = bytes
    .toString('latin1')
    .replaceAll(/"(time|received_at)":"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3})"/g, '"$1":"$2T$3Z"')
    .replaceAll(/,"[a-z_]+":null/g, '')
    .replaceAll(/"record_count":"(\d+)"/g, '"record_count":$1');
  return Buffer.from(text, 'latin1');
}
