import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { joiningOf } from './framing.js';

describe('chunks of a stream', () => {
  it.each(['JSONEachRow', 'jsoneachrow', 'TSV', 'CSV', 'RowBinary'])('of %s have no header', (format) => {
    expect(joiningOf(format)?.(Buffer.from('"a"\n1\n'))).toBe(0);
  });

  it.each(['JSON', 'JSONCompact', 'Native', 'Parquet', 'Pretty', 'Arrow', 'nosuch'])('of %s cannot be joined', (format) => {
    expect(joiningOf(format)).toBeUndefined();
  });

  it('lose one line of names, or two with the types', () => {
    const chunk = Buffer.from('a\tb\nUInt8\tString\n1\tx\n');
    expect(rest('TabSeparatedWithNames', chunk)).toBe('UInt8\tString\n1\tx\n');
    expect(rest('TabSeparatedWithNamesAndTypes', chunk)).toBe('1\tx\n');
  });

  it('keep their rows whatever a quoted name of CSV holds', () => {
    const name = fc.array(fc.constantFrom('a', '""', '\n', ',', 'é')).map((parts) => `"${parts.join('')}"`);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), fc.string({ unit: 'grapheme' }), (names, rows) => {
        const types = names.map(() => '"String"').join(',');
        expect(rest('CSVWithNames', Buffer.from(`${names.join(',')}\n${rows}`))).toBe(rows);
        expect(rest('CSVWithNamesAndTypes', Buffer.from(`${names.join(',')}\n${types}\n${rows}`))).toBe(rows);
      }),
    );
  });

  it('keep their rows whatever the names of RowBinary are, longer than one byte can say among them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 300 }), { maxLength: 200 }), fc.string(), (names, rows) => {
        const header = Buffer.concat([leb128(names.length), ...names.map(sized)]);
        expect(rest('RowBinaryWithNames', Buffer.concat([header, Buffer.from(rows)]))).toBe(rows);
        const typed = Buffer.concat([header, ...names.map(() => sized('LowCardinality(String)')), Buffer.from(rows)]);
        expect(rest('RowBinaryWithNamesAndTypes', typed)).toBe(rows);
      }),
      { numRuns: 50 },
    );
  });
});

function rest(format: string, chunk: Buffer): string {
  return chunk.subarray(joiningOf(format)?.(chunk) ?? 0).toString('utf8');
}

function sized(text: string): Buffer {
  return Buffer.concat([leb128(Buffer.byteLength(text)), Buffer.from(text)]);
}

function leb128(value: number): Buffer {
  return value < 0x80 ? Buffer.from([value]) : Buffer.from([(value & 0x7f) | 0x80, ...leb128(value >> 7)]);
}
