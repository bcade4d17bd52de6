import iconv from 'iconv-lite';

/** Bytes in which a document says its own character set. */
const declarationBytes = 1024;
const declaration = /<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.-]{1,40})["']/i;
/** How JSON, XML and the lines of a security system begin; a table may begin with anything. */
const beginsRecords = /^\uFEFF?\s*(?:[{[<]|CEF:|LEEF:)/i;
const beginningBytes = 256;

/**
 * UTF-16 of which order, by its mark or by the zeros beside its first letters, since programs of databases write it without a mark; undefined for anything
 * else, and for a table with a mark, whose reader knows it.
 */
export function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [first = 0, second = 0] = bytes;
  if (hasZerosAt(bytes, 1)) return 'utf-16le';
  if (hasZerosAt(bytes, 0)) return 'utf-16be';
  const isLittle = (first === 0xff && second === 0xfe) || (isBracket(first) && second === 0);
  const isBig = (first === 0xfe && second === 0xff) || (first === 0 && isBracket(second));
  if (!isLittle && !isBig) return undefined;
  const name = isLittle ? 'utf-16le' : 'utf-16be';
  return beginsRecords.test(new TextDecoder(name).decode(bytes.subarray(0, beginningBytes))) ? name : undefined;
}

/** Whether of the first eight bytes every second is zero, from `from`, and no other. */
function hasZerosAt(bytes: Uint8Array, from: number): boolean {
  if (bytes.length < 8) return false;
  for (let at = 0; at < 8; at += 1) if ((bytes[at] === 0) !== (at % 2 === from)) return false;
  return true;
}

function isBracket(byte: number): boolean {
  return byte === 0x7b || byte === 0x5b || byte === 0x3c;
}

/** A body of records in UTF-16 in UTF-8, as programs of Windows write them; every other as it is. */
export function bodyInUtf8(bytes: Uint8Array): Uint8Array {
  const name = utf16Of(bytes);
  return name ? Buffer.from(new TextDecoder(name).decode(bytes)) : bytes;
}

/** The same for a stream, of which `head` is the beginning and a part. */
export async function* streamInUtf8(
  stream: AsyncIterable<Uint8Array>,
  name: 'utf-16le' | 'utf-16be',
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(name);
  for await (const chunk of stream) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}

/**
 * A record that is not UTF-8 in UTF-8: by the character set of its source, or by the one that its XML declares. Undefined where neither is said, or none that is
 * known.
 */
export function recordInUtf8(bytes: Uint8Array, charset?: string): Uint8Array | undefined {
  const name = charset ?? declaration.exec(Buffer.from(bytes.subarray(0, declarationBytes)).toString('latin1'))?.[1];
  if (name === undefined || /^utf-?8$/i.test(name) || !iconv.encodingExists(name)) return undefined;
  return Buffer.from(iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name));
}
