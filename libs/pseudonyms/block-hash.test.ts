import { describe, expect, it } from '@jest/globals';
import { BlockHash } from './block-hash.js';
import { parseKeyRing } from './key-ring.js';

describe('the block of a number', () => {
  const block = blocksOf('a key for tests of 32 bytes size');

  it('is the same for numbers of a hundred, however they are written, and for no others', () => {
    expect(block.of('c', '8123456', 1)).toMatch(/^[0-9a-f]{16}$/);
    for (const same of ['8123400', '8123499', '008123456']) expect(block.of('c', same, 1)).toBe(block.of('c', '8123456', 1));
    for (const other of ['8123399', '8123500', '812345', '81234560'])
      expect(block.of('c', other, 1)).not.toBe(block.of('c', '8123456', 1));
    expect(block.of('c', '7', 1)).toBe(block.of('c', '99', 1));
    expect(block.of('c', '0', 1)).not.toBe(block.of('c', '100', 1));
  });

  it('is another in another clinic, on another day, and under another group’s key', () => {
    const others = [
      block.of('d', '8123456', 1),
      block.of('c', '8123456', 2),
      blocksOf('another key for tests, 32 bytes!').of('c', '8123456', 1),
    ];
    expect(new Set([block.of('c', '8123456', 1), ...others]).size).toBe(4);
  });

  it('is that of every ingestor, whatever it has met before', () => {
    const fresh = blocksOf('a key for tests of 32 bytes size');
    for (let day = 0; day < 9; day += 1) expect(fresh.of('c', '1234', day)).toBe(block.of('c', '1200', day));
    expect(fresh.of('c', '1234', 0)).toBe(block.of('c', '1200', 0));
  });

  it('is none for what is no number', () => {
    for (const identifier of ['', 'A12', '12-3', '1234567890123456789', '١٢٣'])
      expect(block.of('c', identifier, 1)).toBeUndefined();
  });
});

function blocksOf(key: string): BlockHash {
  const parsed = parseKeyRing(`g:k1=${Buffer.from(key).toString('base64')}`);
  const keys = 'ring' in parsed ? parsed.ring.group('g') : undefined;
  if (!keys) throw new Error('the test key cannot be read');
  return new BlockHash(keys);
}
