import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { unpackLz4 } from './lz4.js';
import { UnpackError } from './unpack-error.js';

const mebibyte = 1024 * 1024;
const head = [0x04, 0x22, 0x4d, 0x18];
const bytesOf = (number: number): readonly number[] => [0, 8, 16, 24].map((shift) => (number >>> shift) & 0xff);

/** A frame of blocks as they are given, those that are stored marked so. */
function frame(blocks: readonly { readonly bytes: readonly number[]; readonly stored?: true }[], flag = 0x40): Buffer {
  const parts = blocks.flatMap(({ bytes, stored }) => [
    ...bytesOf(bytes.length + (stored ? 0x80000000 : 0)),
    ...bytes,
    ...((flag & 0x10) === 0 ? [] : bytesOf(0)),
  ]);
  const size = (flag & 0x08) === 0 ? [] : [...bytesOf(0), ...bytesOf(0)];
  return Buffer.from([...head, flag, 0x40, ...size, 0, ...parts, ...bytesOf(0), ...((flag & 0x04) === 0 ? [] : bytesOf(0))]);
}
const literal = (text: string): readonly number[] => [text.length << 4, ...Buffer.from(text)];
const stored = (text: string) => ({ bytes: [...Buffer.from(text)], stored: true as const });

describe('a text of LZ4 frames', () => {
  it('is unpacked as the format describes it: pieces, copies that reach into what they write, and lengths of several bytes', () => {
    const copied = [(6 << 4) | 3, ...Buffer.from('vigie '), 6, 0, ...literal('!')];
    expect(unpackLz4(frame([{ bytes: copied }]), mebibyte).toString()).toBe('vigie vigie v!');
    const long = [(1 << 4) | 15, 0x61, 1, 0, 255, 26, ...literal('b')];
    expect(unpackLz4(frame([{ bytes: long }]), mebibyte).toString()).toBe(`${'a'.repeat(1 + 4 + 15 + 255 + 26)}b`);
  });

  it.each([
    ['blocks that are stored', frame([stored('one '), stored('two')])],
    ['checksums and a size', frame([stored('one '), { bytes: literal('two') }], 0x40 | 0x10 | 0x08 | 0x04)],
    ['two frames', Buffer.concat([frame([stored('one ')]), frame([{ bytes: literal('two') }])])],
    [
      'a frame that says nothing',
      Buffer.concat([frame([stored('one ')]), Buffer.from([0x53, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9]), frame([stored('two')])]),
    ],
  ])('may have %s', (_, bytes) => {
    expect(unpackLz4(bytes, mebibyte).toString()).toBe('one two');
  });

  it('may refer to the blocks before, and to no frame before', () => {
    const again = { bytes: [0, 4, 0, ...literal('!')] };
    expect(unpackLz4(frame([stored('abcd'), again]), mebibyte).toString()).toBe('abcdabcd!');
    expect(() => unpackLz4(Buffer.concat([frame([stored('abcd')]), frame([again])]), mebibyte)).toThrow(/damaged/);
  });

  it.each([
    ['ends too early', frame([stored('abcd')]).subarray(0, -1), /cut off/],
    ['has junk behind it', Buffer.concat([frame([stored('abcd')]), Buffer.from('junk')]), /no frame/],
    ['asks for a dictionary', frame([stored('abcd')], 0x41), /damaged/],
    ['is none', Buffer.from('no LZ4 at all'), /no frame/],
    [
      'would be too long',
      frame([{ bytes: [(1 << 4) | 15, 0x61, 1, 0, ...Array.from({ length: 5000 }, () => 255), 0, 0] }]),
      /more than 1048576/,
    ],
  ])('is refused that %s', (_, bytes, why) => {
    expect(() => unpackLz4(bytes, mebibyte)).toThrow(why);
  });

  it('is whole or an UnpackError, whatever comes', () => {
    const block = fc.uint8Array({ maxLength: 40 }).map((bytes) => ({ bytes: [...bytes] }));
    const text = fc.tuple(fc.array(block, { maxLength: 3 }), fc.nat(300), fc.nat(255)).map(([blocks, at, value]) => {
      const bytes = frame(blocks);
      if (at < bytes.length) bytes[at] = value;
      return bytes;
    });
    fc.assert(
      fc.property(text, (bytes) => {
        try {
          expect(unpackLz4(bytes, mebibyte).length).toBeLessThanOrEqual(mebibyte);
        } catch (cause) {
          expect(cause).toBeInstanceOf(UnpackError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
