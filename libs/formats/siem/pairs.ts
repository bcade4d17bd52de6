// siem/: what CEF and LEEF have in common: names and values on one line, values under labels, and times with zones beside them.
// The result is a record for a mapping; what no mapping names is not kept.

/** Names of one record; a longer list is somebody's flood. */
const pairsMax = 2000;
const nameMax = 128;

/** Names and values as they stand, in order. */
export type Pairs = readonly (readonly [name: string, value: string])[];

/**
 * `name=value name=value`, where values hold blanks and even `=`: a name is letters, digits and `_ . , - [ ]` behind white space (or behind
 * `separator`) and right before an `=` that is not escaped. What comes before the first name is left out.
 */
export function pairsBetweenBlanks(text: string): Pairs {
  const places: { readonly start: number; readonly equals: number }[] = [];
  for (let at = text.indexOf('='); at >= 0 && places.length < pairsMax; at = text.indexOf('=', at + 1)) {
    const start = nameStart(text, at, places.at(-1)?.equals ?? -1);
    if (start !== undefined) places.push({ start, equals: at });
  }
  return places.map(({ start, equals }, index) => [
    text.slice(start, equals),
    text.slice(equals + 1, places[index + 1]?.start ?? text.length).trim(),
  ]);
}

/** `name=value` between separators, as LEEF has them; the first `=` of each part divides it. */
export function pairsBetween(text: string, separator: string): Pairs {
  return text.split(separator, pairsMax).flatMap((part): Pairs => {
    const at = part.indexOf('=');
    const name = at < 0 ? '' : part.slice(0, at).trim();
    return name && name.length <= nameMax ? [[name, part.slice(at + 1).trim()]] : [];
  });
}

function nameStart(text: string, equals: number, after: number): number | undefined {
  let start = equals;
  while (start - 1 > after && equals - start <= nameMax && /[\w.,[\]-]/.test(text[start - 1] ?? '')) start -= 1;
  const isName = start < equals && equals - start <= nameMax && (start === 0 || /\s/.test(text[start - 1] ?? ''));
  return isName ? start : undefined;
}
