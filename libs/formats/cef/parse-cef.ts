import { pairsBetweenBlanks } from '../siem/pairs.js';
import type { SiemLine } from '../siem/read-pairs.js';

/** `CEF:0` stands within so many first characters: relays put headers of their own before it. */
export const startMax = 512;
const start = /(?:^|[^\w])CEF:\s?\d{1,2}\|/;
const headerFields = 7;

/** The place of the first `|`'s header in a text that holds CEF. */
export function cefStart(text: string): number | undefined {
  const found = start.exec(text.slice(0, startMax));
  return found ? found.index + found[0].indexOf('CEF:') : undefined;
}

/**
 * `CEF:0|Vendor|Product|Version|SignatureID|Name|Severity|extension` (ArcSight, Common Event Format 26): `\|` and `\\` in the header, `\=`,
 * `\\`, `\n`, `\r` in values. Values may hold what they should have escaped. Undefined where the header is not whole.
 */
export function parseCef(text: string): SiemLine | undefined {
  const at = cefStart(text);
  if (at === undefined) return undefined;
  const [header, end] = headerOf(text, at);
  if (header.length < headerFields - 1) return undefined;
  const [, vendor = '', product = '', , signature = '', name = ''] = header;
  const pairs = pairsBetweenBlanks(text.slice(end)).map(([key, value]): readonly [string, string] => [key, unescaped(value)]);
  return { vendor, product, events: [signature, name].filter(Boolean), pairs };
}

/** The fields up to the seventh bar, and where the extension begins. One that lacks its severity ends with the text. */
function headerOf(text: string, from: number): readonly [fields: readonly string[], end: number] {
  const fields: string[] = [];
  let field = '';
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '\\' && /[\\|]/.test(text[at + 1] ?? '')) {
      at += 1;
      field += text[at] ?? '';
    } else if (character === '|') {
      fields.push(field.trim());
      field = '';
      if (fields.length === headerFields) return [fields, at + 1];
    } else field += character;
  }
  return [[...fields, field.trim()], text.length];
}

function unescaped(value: string): string {
  return value.replaceAll(/\\([=\\|nr])/g, (_, character: string) =>
    character === 'n' ? '\n' : character === 'r' ? '\r' : character,
  );
}
