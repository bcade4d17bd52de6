import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { HalfSipHash } from './half-sip-hash.js';

const key = Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 70, 60, 50, 40, 30, 20, 10, 0]);

describe('HalfSipHash-1-3', () => {
  it('is compared with an implementation that gives the digests of the reference, which are published for 2-4', () => {
    const digests = ['218d1f59b9b83cc8', 'be552412f8387315', '064f39ef7c50eb57', 'ce0f1a45f7060679', 'd5e78a175be52ea1'];
    for (const [length, digest] of digests.entries())
      expect(
        plain(key, wordsOf(Buffer.from(Array.from({ length }, (_, at) => at)), 4), { perWord: 2, atEnd: 4 }).toString('hex'),
      ).toBe(digest);
  });

  it('gives what that gives, for any message, in one part or in several', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 3 }), fc.nat(7), (parts, gap) => {
        const bytes = Buffer.concat(parts.flatMap((part) => [Buffer.alloc(gap, 0xaa), part]));
        const ends = new Int32Array(2 * parts.length);
        let at = 0;
        for (const [index, part] of parts.entries()) {
          ends[2 * index] = at + gap;
          at += gap + part.length;
          ends[2 * index + 1] = at;
        }
        const target = new DataView(new ArrayBuffer(16));
        new HalfSipHash(key).digest(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), ends, target, 0);
        expect(Buffer.from(target.buffer).toString()).toBe(inTwoLanes(parts));
      }),
      { numRuns: 1000 },
    );
  });
});

/** Blocks of eight bytes, the last with the length of its part: their first halves are one message, the others another. */
function inTwoLanes(parts: readonly Uint8Array[]): string {
  const rounds = { perWord: 1, atEnd: 3 };
  const words = parts.flatMap((part) => wordsOf(part, 8));
  const lane = (parity: number) => words.filter((_, index) => index % 2 === parity);
  const second = plain(key.subarray(8), lane(1), rounds);
  return plain(key, [...lane(0), second.readUInt32LE(0), second.readUInt32LE(4)], rounds).toString('hex');
}

/** A part as words: filled up to whole blocks with zeros, the length in the last byte. */
function wordsOf(part: Uint8Array, blockBytes: number): readonly number[] {
  const padded = Buffer.alloc(blockBytes * (Math.floor(part.length / blockBytes) + 1));
  padded.set(part);
  padded[padded.length - 1] = part.length & 0xff;
  return Array.from({ length: padded.length / 4 }, (_, index) => padded.readUInt32LE(4 * index));
}

/** The algorithm as it is described, a step at a time. */
function plain(secret: Buffer, words: readonly number[], { perWord, atEnd }: { perWord: number; atEnd: number }): Buffer {
  const v = Uint32Array.of(secret.readUInt32LE(0), secret.readUInt32LE(4), 0x6c796765, 0x74656462);
  const xor = (index: number, word: number) => (v[index] = (v[index] ?? 0) ^ word);
  xor(2, v[0] ?? 0);
  xor(3, v[1] ?? 0);
  xor(1, 0xee);
  const mix = (a: number, b: number, turn: number, turnSum: number) => {
    v[a] = (v[a] ?? 0) + (v[b] ?? 0);
    v[b] = rotated(v[b] ?? 0, turn) ^ (v[a] ?? 0);
    v[a] = rotated(v[a] ?? 0, turnSum);
  };
  const rounds = (count: number) => {
    for (let round = 0; round < count; round += 1) {
      mix(0, 1, 5, 16);
      mix(2, 3, 8, 32);
      mix(0, 3, 7, 32);
      mix(2, 1, 13, 16);
    }
  };
  for (const word of words) {
    xor(3, word);
    rounds(perWord);
    xor(0, word);
  }
  const digest = Buffer.alloc(8);
  xor(2, 0xee);
  rounds(atEnd);
  digest.writeUInt32LE(((v[1] ?? 0) ^ (v[3] ?? 0)) >>> 0, 0);
  xor(1, 0xdd);
  rounds(atEnd);
  digest.writeUInt32LE(((v[1] ?? 0) ^ (v[3] ?? 0)) >>> 0, 4);
  return digest;
}

function rotated(word: number, turn: number): number {
  return turn === 32 ? word : ((word << turn) | (word >>> (32 - turn))) >>> 0;
}
