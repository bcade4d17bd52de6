/** Where JSON text goes over a limit, before a parser has seen it. */
export type Excess = 'depth' | 'nodes';

const quote = 0x22;
const backslash = 0x5c;

/**
 * Walks JSON bytes once and says whether they nest deeper than `depthMax` or hold more than `nodesMax` keys and elements (counted by
 * commas and opening brackets outside strings). It does not validate: `JSON.parse` does, and can then be trusted with the text.
 */
export function excessOf(bytes: Uint8Array, start: number, end: number, depthMax: number, nodesMax: number): Excess | undefined {
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
