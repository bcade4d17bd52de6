/** How one identifier can stand in a text, by name. */
export const spellings: Readonly<Record<string, (identifier: string) => string>> = {
  'as it is': (id) => id,
  'inside a word': (id) => `x${id}y`,
  'in upper case': (id) => id.toUpperCase(),
  'in lower case': (id) => id.toLowerCase(),
  'without leading zeros': (id) => id.replace(/^0+/, ''),
  'with more leading zeros': (id) => `000${id}`,
  'in groups of two': (id) => id.replaceAll(/(..)(?=.)/g, '$1 '),
  'with dashes': (id) => id.replaceAll(/(...)(?=.)/g, '$1-'),
  'with points': (id) => id.replaceAll(/(...)(?=.)/g, '$1.'),
  'with slashes': (id) => id.replaceAll(/(...)(?=.)/g, '$1/'),
  'with invisible characters': (id) => [...id].join('\u200b'),
  'in full width': (id) => id.replaceAll(/[0-9A-Za-z]/g, (one) => String.fromCodePoint(one.charCodeAt(0) + 0xfee0)),
  'in percent escapes': (id) => [...id].map(escaped).join(''),
  'in percent escapes, in part': (id) => id.slice(0, 2) + Array.from(id.slice(2), escaped).join(''),
  'in percent escapes twice': (id) => [...id].map((one) => escaped(one).replace('%', '%25')).join(''),
  'in base64': (id) => base64(id),
  'in base64 behind a word': (id) => `token${base64(id)}`,
  'in base64 of a reference': (id) => base64(`Patient/${id}?_format=json`),
  'in base64 of a letter and it': (id) => base64(`a${id}`),
  'in base64 of two letters and it': (id) => base64(`ab${id}`),
  'in base64 for addresses': (id) => Buffer.from(`~~${id}`).toString('base64url'),
  'in an address': (id) => `https://ehr.example/r4/Patient/${id}/_history/1`,
  'in a query': (id) => `Observation?patient=${id}&_count=50`,
};

function escaped(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Whether an identifier can be read out of a text, in any spelling that `spellings` knows. It does not ask how Vigie looks for them. */
export function shows(text: string, identifier: string): string | undefined {
  return readerOf([identifier])(text);
}

/** Texts of which it is kept what they show. Stored rows say the same few words again and again. */
const keptTextsMax = 100_000;

/** Says of a text how the first of these identifiers that can be read out of it is written there; undefined where none can. Each text is read once for all of them. */
export function readerOf(identifiers: readonly string[]): (text: string) => string | undefined {
  const wanted = identifiers.map(bare);
  const bytesMin = Math.min(...wanted.map((one) => one.length));
  const kept = new Map<string, string | undefined>();
  return (text) => {
    if (kept.has(text)) return kept.get(text);
    const readings = readingsOf(text, bytesMin);
    const found = wanted.map((one) => readings.find(([, reading]) => reading.includes(one))?.[0]).find(Boolean);
    if (kept.size < keptTextsMax) kept.set(text, found);
    return found;
  };
}

/** A text as it may be meant, each with the name of the way. Runs of base64 that are too short to hold `bytesMin` bytes are not unpacked. */
function readingsOf(text: string, bytesMin: number): readonly (readonly [way: string, bare: string])[] {
  const once = unescaped(text);
  const escapes =
    once === text
      ? []
      : ([
          ['in percent escapes', once],
          ['in percent escapes twice', unescaped(once)],
        ] as const);
  const packed = [...text.matchAll(/[A-Za-z0-9+/_-]{6,}/g)].flatMap(({ 0: run }) =>
    (run.length * 3) / 4 < bytesMin
      ? []
      : [0, 1, 2, 3].map((from) => ['in base64', Buffer.from(run.slice(from), 'base64').toString('latin1')] as const),
  );
  return ([['in clear', text], ...escapes, ...packed] as const).map(([way, reading]) => [way, bare(reading)] as const);
}

/** Letters and digits alone, in one case and width, without zeros in front. */
function bare(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .replace(/^0+/, '');
}

function unescaped(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
}
