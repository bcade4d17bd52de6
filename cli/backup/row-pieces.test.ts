import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { rowPieces } from './row-pieces.js';

async function* inChunks(text: string, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size));
}
async function piecesOf(text: string, size: number, bytesMax: number) {
  const pieces = [];
  for await (const { names, rows } of rowPieces(inChunks(text, size), bytesMax)) pieces.push({ names, rows: rows.toString() });
  return pieces;
}

describe('rows of a copy of the store', () => {
  it('are put together as they were, whatever the chunks, in pieces of whole lines', async () => {
    const rows = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\t', '\\n'), maxLength: 12 }), { maxLength: 30 });
    const property = fc.asyncProperty(
      rows,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 60 }),
      async (lines, size, bytesMax) => {
        const body = lines.map((line) => `${line}\n`).join('');
        const pieces = await piecesOf(`time\tgroup_id\n${body}`, size, bytesMax);
        expect(pieces.map(({ rows: text }) => text).join('')).toBe(body);
        for (const { names, rows: text } of pieces) {
          expect(names).toEqual(['time', 'group_id']);
          expect(text.endsWith('\n')).toBe(true);
          // A piece ends with the chunk in which it became too long, at the latest with the line that does not end in it.
          expect(text.length).toBeLessThanOrEqual(bytesMax + size + 13 * 2);
        }
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });

  it('are none where there is no row, and are not whole where the last line has no end', async () => {
    expect(await piecesOf('time\tgroup_id\n', 5, 10)).toEqual([]);
    await expect(piecesOf('time\tgroup_id\n1\tg\n2', 5, 10)).rejects.toThrow(/not whole/);
    await expect(piecesOf('time\tgro', 5, 10)).rejects.toThrow(/not whole/);
  });
});
