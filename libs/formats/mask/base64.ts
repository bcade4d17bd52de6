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

/**
 * Every run of characters of base64, in either alphabet, unpacked. Where the packed text begins is not known, because what stands before
 * it may be of the same characters (`token` in `tokenODAwMTIzNA==`), so each run is read from its first four characters on.
 */
export function* runsOf(text: string): Generator<Run> {
  for (const { index, 0: run } of text.matchAll(stretches))
    for (let shift = 0; shift < unitCharacters; shift += 1) yield unpacked(run.slice(shift), index + shift, index + run.length);
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
