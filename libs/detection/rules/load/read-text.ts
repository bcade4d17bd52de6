import { isUtf8 } from 'node:buffer';
import { operatorFileBytesLater } from '#libs/runtime/files/operator-file.js';

/**
 * The text of a file in UTF-8, without a byte order mark; or why it is none. A file in another encoding would hold other letters than its author
 * wrote, and a value with one of them would never match. Rejects when the file cannot be read.
 */
export async function readText(
  file: string,
): Promise<{ readonly text: string } | { readonly line: number; readonly why: string }> {
  const bytes = await operatorFileBytesLater(file);
  const wide = wideEncoding(bytes.subarray(0, 4));
  if (!wide && isUtf8(bytes)) return { text: new TextDecoder('utf-8').decode(bytes) };
  const encoding = wide ? `it begins as ${wide} does` : 'a letter is in another encoding, such as Latin-1';
  return { line: wide ? 1 : lineOf(bytes), why: `the file is not UTF-8, ${encoding}: save it as UTF-8` };
}

/** By its mark; or by the empty bytes of its first letter where it has none, as no other text begins. Source: YAML 1.2.2, 5.2. */
function wideEncoding(first: Buffer): string | undefined {
  const mark = first.toString('hex');
  const empty = first.filter((byte) => byte === 0).length;
  if (mark === 'fffe0000' || mark === '0000feff' || empty > 2) return 'UTF-32';
  return mark.startsWith('fffe') || mark.startsWith('feff') || empty > 0 ? 'UTF-16' : undefined;
}

/** The first line, from 1, that is not UTF-8; no byte of a longer character is a line end. */
function lineOf(bytes: Buffer): number {
  let line = 1;
  for (let from = 0; from < bytes.length; line += 1) {
    const found = bytes.indexOf(10, from);
    const to = found < 0 ? bytes.length : found + 1;
    if (!isUtf8(bytes.subarray(from, to))) return line;
    from = to;
  }
  return 1;
}

/** Line ends of every system: LF, CR LF, and CR alone. */
export const lineEnd = /\r\n|\r|\n/;
