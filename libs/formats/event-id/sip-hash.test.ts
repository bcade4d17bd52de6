import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { SipHash } from './sip-hash.js';

const key = Buffer.from(Array.from({ length: 16 }, (_, at) => at));

describe('SipHash-1-3', () => {
  it('is compared with an implementation that gives the digests of the reference, which are published for 2-4', () => {
    const digests = ['310e0edd47db6f72', 'fd67dc93c539f874', '5a4fa9d909806c0d', '2d7efbd796666785', 'b7877127e09427cf'];
    for (const [length, digest] of digests.entries())
      expect(plain(Buffer.from(Array.from({ length }, (_, at) => at)), 2, 4)).toBe(digest);
  });

  it('gives what that gives over the texts and their lengths, for any message, however long', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('é'.repeat(35_000), 'x'.repeat(140_001)),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 3 }), (texts) => {
        const bytes = texts.map((one) => Buffer.from(one));
        const lengths = Buffer.from(Int32Array.from(bytes, ({ length }) => length).buffer);
        expect(new SipHash(key).digest(texts)).toBe(plain(Buffer.concat([...bytes, lengths]), 1, 3));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a key of another length', () => {
    expect(() => new SipHash(Buffer.alloc(8))).toThrow(/16 bytes/);
  });
});

/** The algorithm as it is described, a step at a time. */
function plain(message: Buffer, roundsPerWord: number, roundsAtEnd: number): string {
  const [k0, k1] = [key.readBigUInt64LE(0), key.readBigUInt64LE(8)];
  const v = BigUint64Array.of(
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  );
  const value = (index: number) => v[index] ?? 0n;
  const mix = (a: number, b: number, turn: bigint) => {
    v[a] = value(a) + value(b);
    v[b] = rotated(value(b), turn) ^ value(a);
  };
  const rounds = (count: number) => {
    for (let round = 0; round < count; round += 1) {
      mix(0, 1, 13n);
      v[0] = rotated(value(0), 32n);
      mix(2, 3, 16n);
      mix(0, 3, 21n);
      mix(2, 1, 17n);
      v[2] = rotated(value(2), 32n);
    }
  };
  const padded = Buffer.alloc(8 * (Math.floor(message.length / 8) + 1));
  message.copy(padded);
  padded[padded.length - 1] = message.length & 0xff;
  for (let at = 0; at < padded.length; at += 8) {
    const word = padded.readBigUInt64LE(at);
    v[3] = value(3) ^ word;
    rounds(roundsPerWord);
    v[0] = value(0) ^ word;
  }
  v[2] = value(2) ^ 0xffn;
  rounds(roundsAtEnd);
  const digest = Buffer.alloc(8);
  digest.writeBigUInt64LE(value(0) ^ value(1) ^ value(2) ^ value(3));
  return digest.toString('hex');
}

function rotated(word: bigint, turn: bigint): bigint {
  return BigInt.asUintN(64, (word << turn) | (word >> (64n - turn)));
}
