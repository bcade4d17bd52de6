import iconv from 'iconv-lite';

const strict = new TextDecoder('utf-8', { fatal: true });
const notAscii = /[\u0080-\u00FF]/;

/** Turns the bytes of a file into text, piece by piece, and what was left open in the text of a cell into its letters. */
export interface Charset {
  take(bytes: Uint8Array): string;
  end(): string;
  /** Undefined where the bytes are not in the character set that the source says. */
  cell(text: string): string | undefined;
}

/** Whether a file may be in this character set: any that iconv-lite knows. */
export function isCharset(name: string): boolean {
  return iconv.encodingExists(name);
}

/**
 * By its byte order mark, else by what the configuration says, or, where neither says it, each cell as UTF-8 if it is valid as that and as
 * Windows-1252 otherwise: exports are put together from tables in both.
 */
export function charsetOf(begin: Uint8Array, named?: string): Charset {
  const [first, second] = begin;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const isMarked = first === 0xef && second === 0xbb;
  const isUtf8 = /^utf-?8$/i.test(named ?? '');
  if (isUtf16 || (named && !isUtf8 && !isMarked)) return converted(isUtf16 ? 'utf-16' : (named ?? ''));
  return {
    take: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'),
    end: () => '',
    cell: (text) => (notAscii.test(text) ? letters(text, isUtf8) : text),
  };
}

/** A text is what it is. */
export const plainText: Pick<Charset, 'cell'> = { cell: (text) => text };

function converted(name: string): Charset {
  const decoder = iconv.getDecoder(name);
  return { take: (bytes) => decoder.write(Buffer.from(bytes)), end: () => decoder.end() ?? '', ...plainText };
}

/** The letters of bytes that stand one in each character. */
function letters(text: string, isUtf8: boolean): string | undefined {
  const bytes = Buffer.from(text, 'latin1');
  try {
    return strict.decode(bytes);
  } catch {
    return isUtf8 ? undefined : iconv.decode(bytes, 'windows-1252');
  }
}
