import { describe, expect, it } from '@jest/globals';
import { atRevision } from './native-revision.js';
import { layoutOf } from './native-type.js';

const newest = 54_460;
const info = '\x01\x00\x02\xff\xff\xff\xff\x00';

describe('Native blocks at a client’s protocol version', () => {
  it('stay as they are for a client that names none', () => {
    const block = of('\x01\x01', '\x01a\x05UInt8', '\x07');
    expect(atRevision(block, 0)).toBe(block);
  });

  it.each([
    ['UInt8', '\x07'],
    ['String', '\x03abc'],
    ['Nullable(String)', '\x01\x00'],
    ['Array(UInt8)', `${u64(2)}\x01\x02`],
    ['Array(Tuple(`a b` String, c UInt8))', `${u64(1)}\x01x\x09`],
    ['Map(String, UInt8)', `${u64(1)}\x01k\x09`],
    ['LowCardinality(String)', `${u64(1)}${u64(0x600)}${u64(1)}\x01v${u64(1)}\x00`],
    ['Array(LowCardinality(Nullable(String)))', `${u64(1)}${u64(2)}${u64(0x600)}${u64(2)}\x00\x01v${u64(2)}\x01\x00`],
    ['Array(LowCardinality(String))', `${u64(1)}${u64(0)}`],
    ["DateTime64(3, 'UTC')", u64(5)],
    ["Enum8('a, (b)' = 1)", '\x01'],
    ['FixedString(3)', 'abc'],
    ['Decimal(20, 3)', '\x01'.repeat(16)],
    ['Nothing', '\x30'],
  ])('say before a column of %s what it is, and find the column after it', (type, data) => {
    const [first, last] = [`\x01a${text(type)}`, '\x01b\x05UInt8'];
    const blocks = of('\x02\x01', first, data, last, '\x08', '\x01\x00', last);
    const wanted = of(info, '\x02\x01', first, '\x00', data, last, '\x00\x08', info, '\x01\x00', last, '\x00');
    expect(atRevision(blocks, newest).toString('latin1')).toBe(wanted.toString('latin1'));
  });

  it('refuse a type whose end cannot be told', () => {
    expect(layoutOf('Tuple(a Variant(String, UInt8))')).toBeUndefined();
    const blocks = of('\x01\x01', `\x01a${text('Dynamic')}`, '\x00');
    expect(() => atRevision(blocks, newest)).toThrow('Code: 48.');
  });
});

/** One character, one byte. */
function of(...parts: readonly string[]): Buffer {
  return Buffer.from(parts.join(''), 'latin1');
}

function text(value: string): string {
  return String.fromCodePoint(value.length) + value;
}

function u64(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes.toString('latin1');
}
