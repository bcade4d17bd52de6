/**
 * Characters of any kind as fast-check's `unit: 'binary'` has them, by a formula: its own makes a table of all 1.1 million of them first, which takes 0.9 s and
 * 125 MiB of each worker. The same cases come of the same seeds, and shrink the same way (`testing.test.ts`).
 */

/** The first surrogate, how many there are, and how many code points: surrogates are no characters. */
const [surrogate, surrogates, codePoints] = [0xd800, 0x800, 0x110000];

/** `string` of fast-check, which is given as a module. */
export function stringsOf(fc) {
  const unit = fc.nat({ max: codePoints - surrogates - 1 }).map(characterAt, placeOf);
  return (given) => fc.string(given?.unit === 'binary' ? { ...given, unit } : given);
}

function characterAt(place) {
  return String.fromCodePoint(place < surrogate ? place : place + surrogates);
}

function placeOf(character) {
  const code = typeof character === 'string' ? character.codePointAt(0) : undefined;
  if (code === undefined || String.fromCodePoint(code) !== character || (code >= surrogate && code < surrogate + surrogates))
    throw new Error(`a character was to be put in its place, and this is none: ${JSON.stringify(character)}`);
  return code < surrogate ? code : code - surrogates;
}
