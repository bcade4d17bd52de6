import { pairsBetween, pairsBetweenBlanks, type Pairs } from '../siem/pairs.js';
import type { SiemLine } from '../siem/read-pairs.js';

const startMax = 512;
const start = /(?:^|[^\w])LEEF:\s?([12])(?:\.\d)?\|/;

export function leefStart(text: string): number | undefined {
  const found = start.exec(text.slice(0, startMax));
  return found ? found.index + found[0].indexOf('LEEF:') : undefined;
}

/**
 * `LEEF:1.0|Vendor|Product|Version|EventID|` and, in 2.0, what separates attributes (a character, `0x5E`, `x5E`, nothing for a tab, or no
 * such field at all). Senders also separate by bars and by blanks: what separates is seen from the attributes where the header's is not
 * among them. Undefined where the header is not whole.
 */
export function parseLeef(text: string): SiemLine | undefined {
  const at = leefStart(text);
  if (at === undefined) return undefined;
  const parts = text.slice(at).split('|', 6);
  const [version = '', vendor = '', product = '', , event = ''] = parts;
  if (parts.length < 5) return undefined;
  const isSecond = /^LEEF:\s?2/.test(version);
  const header = parts.slice(0, 5).join('|').length + 1;
  const named = isSecond ? separatorOf(parts[5]) : undefined;
  const attributes = text.slice(at + header + (named === undefined ? 0 : (parts[5]?.length ?? 0) + 1));
  return {
    vendor: vendor.trim(),
    product: product.trim(),
    events: [event.trim()].filter(Boolean),
    pairs: pairsOf(attributes, named || '\t'),
  };
}

/** Empty for the usual one; undefined where the header has no such field and the attributes begin. */
function separatorOf(field: string | undefined): string | undefined {
  if (field === undefined || field === '') return field;
  const code = /^(?:0x|x|\\x|\\u|%)([0-9a-f]{1,4})$/i.exec(field.trim())?.[1];
  if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
  if (field === '\\t') return '\t';
  return field.length === 1 ? field : undefined;
}

/** How syslog relays write a tab, since it is a control character. Only before a name: elsewhere it may be a value's own. */
const escapedTab = /(?:#011|\\011|\\t|\^I|<009>)(?=[\w.-]{1,64}=)/g;

function pairsOf(attributes: string, separator: string): Pairs {
  if (attributes.includes(separator)) return pairsBetween(attributes, separator);
  const tabs = separator === '\t' ? attributes.replaceAll(escapedTab, '\t') : attributes;
  if (tabs !== attributes) return pairsBetween(tabs, '\t');
  return /\|[\w.-]{1,64}=/.test(attributes) ? pairsBetween(attributes, '|') : pairsBetweenBlanks(attributes);
}
