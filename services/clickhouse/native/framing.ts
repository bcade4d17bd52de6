// native/: the forms of results: Native blocks for clients of other revisions, and chunks that are joined.
// Bytes in, bytes out.

/**
 * Streams come in chunks that are whole documents, header included. For the formats below the chunks can be joined: without a header as
 * they are, with one when it is cut from every chunk but the first. Any other format is one document and must be asked for as a whole.
 */
export type Joining = (chunk: Buffer) => number;

/** How many bytes of header a chunk begins with, for a format that can be joined; undefined for one that cannot. */
export function joiningOf(format: string): Joining | undefined {
  return joinings.get(format.toLowerCase());
}

const none: Joining = () => 0;
const lines =
  (count: number): Joining =>
  (chunk) => {
    let end = 0;
    for (let line = 0; line < count; line += 1) end = chunk.indexOf(10, end) + 1;
    return end;
  };

/** A quoted name of a CSV header may hold a line end. */
const csvLines =
  (count: number): Joining =>
  (chunk) => {
    let [left, quoted, at] = [count, false, 0];
    for (; at < chunk.length && left > 0; at += 1) {
      if (chunk[at] === 0x22) quoted = !quoted;
      if (chunk[at] === 10 && !quoted) left -= 1;
    }
    return at;
  };

/** RowBinary's header: the number of columns, then the names, then (for `perColumn` 2) the types, each with its length before it. */
const binary =
  (perColumn: number): Joining =>
  (chunk) => {
    let at = 0;
    const varint = (): number => {
      let [value, shift] = [0, 1];
      for (;;) {
        const byte = chunk[at] ?? 0;
        at += 1;
        value += (byte & 0x7f) * shift;
        if (byte < 0x80) return value;
        shift *= 128;
      }
    };
    for (let left = varint() * perColumn; left > 0; left -= 1) {
      const length = varint();
      at += length;
    }
    return at;
  };

const joinings: ReadonlyMap<string, Joining> = new Map([
  ...['JSONEachRow', 'JSONLines', 'NDJSON', 'JSONStringsEachRow', 'JSONCompactEachRow', 'JSONCompactStringsEachRow', 'PrettyJSONEachRow',
    'TabSeparated', 'TSV', 'TabSeparatedRaw', 'TSVRaw', 'Raw', 'CSV', 'RowBinary', 'TSKV', 'LineAsString', 'RawBLOB', 'Null',
    ].map((name) => [name, none] as const),
  ...['TabSeparatedWithNames', 'TSVWithNames', 'TabSeparatedRawWithNames', 'TSVRawWithNames', 'RawWithNames', 'JSONCompactEachRowWithNames',
    'JSONCompactStringsEachRowWithNames'].map((name) => [name, lines(1)] as const),
  ...['TabSeparatedWithNamesAndTypes', 'TSVWithNamesAndTypes', 'TabSeparatedRawWithNamesAndTypes', 'TSVRawWithNamesAndTypes',
    'RawWithNamesAndTypes', 'JSONCompactEachRowWithNamesAndTypes', 'JSONCompactStringsEachRowWithNamesAndTypes'].map((name) => [name, lines(2)] as const),
  ...(['CSVWithNames'].map((name) => [name, csvLines(1)] as const)),
  ...(['CSVWithNamesAndTypes'].map((name) => [name, csvLines(2)] as const)),
  ...(['RowBinaryWithNames'].map((name) => [name, binary(1)] as const)),
  ...(['RowBinaryWithNamesAndTypes'].map((name) => [name, binary(2)] as const)),
].map(([name, joining]) => [name.toLowerCase(), joining] as const)); // prettier-ignore
