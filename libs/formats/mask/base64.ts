/** A stretch of base64 in a text, unpacked from one of the four places where it can begin. */
export interface Run {
  /** The bytes, as Latin-1. */
  readonly text: string;
  /** Where in the packed text the bytes from `start` to `end` came from. */
  place(start: number, end: number): { readonly start: number; readonly end: number };
}

/** Shorter runs hold fewer than four characters. */
const stretches = /[A-Za-z0-9+/_-]{6,}={0,2}/g;
/** Characters of a unit of base64, and the bytes in it. */
const unitCharacters = 4;
const unitBytes = 3;
const percent = 0x25;

/** Of a code of the text, the six bits that it stands for; what stands for none is a sign of an ending, and packs nothing. */
const sixBits = Uint8Array.from({ length: 0x80 }, (_, code) => sixBitsOf(String.fromCharCode(code)));

/** What a run would unpack to, told without unpacking it. */
export interface Outline {
  /** Of all its bytes together, by a bit each of what `bitsOf` says of one. */
  readonly bits: number;
  readonly bytes: number;
  readonly isAscii: boolean;
  /** A percent sign is among the bytes. */
  readonly hasEscape: boolean;
}

/**
 * Every run of characters of base64, in either alphabet, unpacked. Where the packed text begins is not known, because what stands before
 * it may be of the same characters (`token` in `tokenODAwMTIzNA==`), so each run is read from its first four characters on. Runs of which `mayHold` is false
 * are left packed: to unpack is what costs, and most runs are words or names that hold nothing.
 */
export function* runsOf(text: string, bitsOf: Int32Array, mayHold: (outline: Outline) => boolean): Generator<Run> {
  for (const { index, 0: run } of text.matchAll(stretches))
    for (let shift = 0; shift < unitCharacters; shift += 1)
      if (mayHold(outlineOf(run, shift, bitsOf))) yield unpacked(run.slice(shift), index + shift, index + run.length);
}

/** What stands at the end may be counted though it is no whole byte: then it says that there may be more than there is. */
function outlineOf(run: string, shift: number, bitsOf: Int32Array): Outline {
  let [bits, all, held, bytes] = [0, 0, 0, 0];
  let pending = 0;
  let hasEscape = false;
  for (let at = shift; at < run.length; at += 1) {
    pending = ((pending << 6) | (sixBits[run.charCodeAt(at)] ?? 0)) & 0xfff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const byte = (pending >> held) & 0xff;
    bits |= bitsOf[byte] ?? -1;
    all |= byte;
    hasEscape ||= byte === percent;
    bytes += 1;
  }
  return { bits, bytes, isAscii: all < 0x80, hasEscape };
}

function sixBitsOf(character: string): number {
  return (Buffer.from(`${character}A`, 'base64')[0] ?? 0) >> 2;
}

function unpacked(run: string, from: number, last: number): Run {
  return {
    text: Buffer.from(run, 'base64').toString('latin1'),
    place: (start, end) => ({
      start: from + Math.floor((start * unitCharacters) / unitBytes),
      end: Math.min(last, from + Math.ceil((end * unitCharacters) / unitBytes)),
    }),
  };
}
