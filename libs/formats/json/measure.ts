import { rejected, type Rejected } from '#libs/runtime/outcome.js';
import { limits } from '../limits.js';
import type { WorkMeter } from '../work-meter.js';

/** Where JSON text goes over a limit, before a parser has seen it. */
export type Excess = 'depth' | 'nodes';

const quote = 0x22;
const backslash = 0x5c;

/**
 * Walks JSON bytes once and says whether they nest deeper than `depthMax` or hold more than `nodesMax` keys and elements (counted by
 * commas and opening brackets outside strings). It does not validate: `JSON.parse` does, and can then be trusted with the text.
 */
export function excessOf(bytes: Uint8Array, start: number, end: number, depthMax: number, nodesMax: number): Excess | undefined {
  if (end - start <= nodesMax && hasFewBrackets(bytes, start, end, depthMax)) return undefined;
  let depth = 0;
  let nodes = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === quote) {
      for (at += 1; at < end && bytes[at] !== quote; at += 1) if (bytes[at] === backslash) at += 1;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      nodes += 1;
      if (depth > depthMax) return 'depth';
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    else if (byte === 0x2c) nodes += 1;
    if (nodes > nodesMax) return 'nodes';
  }
  return undefined;
}

/** Whether no more brackets open than may lie in each other: most records are done with that. `[` and `{` differ by one bit. */
function hasFewBrackets(bytes: Uint8Array, start: number, end: number, max: number): boolean {
  let open = 0;
  for (let at = start; at < end; at += 1) if (((bytes[at] ?? 0) | 0x20) === 0x7b) open += 1;
  return open <= max;
}

/**
 * The same for a value that came inside a larger one, such as an entry of a Bundle: why it is more than one item may be, or undefined. Keys
 * count with their characters. Draws what the value has from the meter only as far as it is within the limits.
 */
export function excessOfValue(value: unknown, meter: WorkMeter): Rejected | undefined {
  let nodes = 0;
  let characters = 0;
  const rest: unknown[] = [value];
  while (rest.length) {
    const inner = rest.pop();
    nodes += 1;
    if (typeof inner === 'string') characters += inner.length;
    else if (Array.isArray(inner)) for (const element of inner) rest.push(element);
    else if (typeof inner === 'object' && inner !== null)
      for (const key in inner) {
        characters += key.length;
        const field: unknown = (inner as Readonly<Record<string, unknown>>)[key];
        // Most fields are texts: they are counted here, without a place in the queue.
        if (typeof field === 'string') {
          nodes += 1;
          characters += field.length;
        } else rest.push(field);
      }
    if (nodes + rest.length > limits.nodesMax)
      return rejected('too_many_nodes', '', `the item has more than ${limits.nodesMax} keys and elements; send several`);
    if (characters > limits.itemBytesMax)
      return rejected('too_large', '', `the item has more than ${limits.itemBytesMax} characters; send fewer patients per event`);
  }
  meter.draw(nodes + characters, '');
  return undefined;
}
