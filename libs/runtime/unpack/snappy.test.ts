import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { snappyBlock } from './snappy-block.fixture.js';
import { unpackSnappy } from './snappy.js';
import { UnpackError } from './unpack-error.js';

const mebibyte = 1024 * 1024;

describe('a block of Snappy', () => {
  it('is unpacked as the format describes it: pieces as they are, and copies of one, two and four bytes of distance', () => {
    const literal = [0x05 << 2, ...Buffer.from('vigie ')];
    const copies = [((4 - 4) << 2) | 1, 6, ((3 - 1) << 2) | 2, 6, 0, ((2 - 1) << 2) | 3, 9, 0, 0, 0];
    expect(unpackSnappy(Uint8Array.from([15, ...literal, ...copies]), 100).toString()).toBe('vigie vigie ve ');
  });

  it('gives back what was packed', () => {
    const texts = fc
      .array(fc.constantFrom('IPP-4711', 'read ', 'a', 'éé', '\0'), { maxLength: 200 })
      .map((parts) => Buffer.from(parts.join('')));
    fc.assert(
      fc.property(texts, (bytes) => expect(unpackSnappy(snappyBlock(bytes), mebibyte)).toEqual(bytes)),
      { numRuns: 300 },
    );
  });

  it('is refused when it says more than is allowed, or than it can hold', () => {
    expect(() => unpackSnappy(snappyBlock(Buffer.alloc(200)), 100)).toThrow(/more than 100 bytes/);
    expect(() => unpackSnappy(Uint8Array.from([0xff, 0xff, 0x3f, 0, 0]), mebibyte * 100)).toThrow(UnpackError);
  });

  it('is whole or an UnpackError, whatever comes', () => {
    const changed = fc.tuple(fc.uint8Array({ maxLength: 60 }), fc.nat(100), fc.nat(255)).map(([bytes, at, value]) => {
      const block = snappyBlock(bytes);
      block[at % Math.max(1, block.length)] = value;
      return block;
    });
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 60 })), (block) => {
        try {
          expect(unpackSnappy(block, mebibyte).length).toBeLessThanOrEqual(22 * block.length);
        } catch (cause) {
          expect(cause).toBeInstanceOf(UnpackError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
