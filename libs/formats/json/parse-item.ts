import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { limits } from '../limits.js';
import { excessOf } from './measure.js';
import { repeatsKey } from './repeated-key.js';

/** Keys that could reach an object's prototype in some later program; nobody sends them in good faith. */
const poisonousKeys = /"(?:__proto__|constructor|prototype)/;
const poisonous: readonly string[] = ['__proto__', 'constructor', 'prototype'];

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export interface ParseLimits {
  readonly bytesMax: number;
  readonly nodesMax: number;
}
const itemLimits: ParseLimits = { bytesMax: limits.itemBytesMax, nodesMax: limits.nodesMax };

/** One JSON value of hostile origin: size, depth and number of nodes are checked before the parser sees it. */
export function parseItem(
  bytes: Uint8Array,
  start: number,
  end: number,
  { bytesMax, nodesMax }: ParseLimits = itemLimits,
): Accepted<unknown> | Rejected {
  if (end - start > bytesMax)
    return rejected('too_large', '', `the item has ${end - start} bytes, more than ${bytesMax}; send fewer patients per event`);
  const excess = excessOf(bytes, start, end, limits.depthMax, nodesMax);
  if (excess === 'depth') return rejected('too_deep', '', `the item nests deeper than ${limits.depthMax} levels`);
  if (excess === 'nodes') return rejected('too_many_nodes', '', `the item has more than ${nodesMax} keys and elements`);
  let text: string;
  try {
    text = decoder.decode(bytes.subarray(start, end));
  } catch {
    return rejected('not_utf8', '', 'the item is not valid UTF-8; convert it before sending');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return rejected('not_json', '', 'the item is not valid JSON, perhaps cut off');
  }
  // Its name is not told: keys may be identifiers, too.
  if (repeatsKey(text, value))
    return rejected(
      'repeated_key',
      '',
      'an object in the item has one key twice, with different values, and which of them counts is open; send each key once, or a list',
    );
  if (mayHavePoison(text)) {
    const key = poisonousKeyOf(value);
    if (key) return rejected('forbidden_key', key, `the key ${key} is not allowed anywhere in an item`);
  }
  return accepted(value);
}

/**
 * Asked of every item: that nothing of it is there at all is found much faster than where the expression would fit, and by parts that begin with a letter
 * that is rare. Any letter of a key may be an escape, which begins with two zeros; backslashes alone are in every quoted record.
 */
function mayHavePoison(text: string): boolean {
  if (text.includes('u00') && text.includes('\\u00')) return true;
  return (text.includes('proto') || text.includes('uctor')) && poisonousKeys.test(text);
}

function poisonousKeyOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value) && poisonous.includes(key)) return key;
    const deeper = poisonousKeyOf(inner);
    if (deeper) return deeper;
  }
  return undefined;
}

/** Whether a key could reach an object's prototype, for readers that make keys of text. */
export function isPoisonousKey(key: string): boolean {
  return poisonous.includes(key);
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
