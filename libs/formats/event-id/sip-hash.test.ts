import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import wabt from 'wabt';
import { projectRoot } from '#libs/runtime/paths.js';
import { SipHash, sipHashProgram } from './sip-hash.js';

const key = Buffer.from(Array.from({ length: 16 }, (_, at) => at));

describe('SipHash-1-3', () => {
  it('runs what its text assembles to', async () => {
    const path = join(projectRoot, 'libs', 'formats', 'event-id', 'sip-hash.wat');
    const assembled = (await wabt()).parseWat(path, readFileSync(path, 'utf8')).toBinary({}).buffer;
    expect(Buffer.from(assembled).toString('base64')).toBe(sipHashProgram.toString('base64'));
  });

  it('is compared with an implementation that gives the digests of the reference, which are published for 2-4', () => {
    const digests = ['310e0edd47db6f72', 'fd67dc93c539f874', '5a4fa9d909806c0d', '2d7efbd796666785', 'b7877127e09427cf'];
    for (const [length, digest] of digests.entries())
      expect(plain(Buffer.from(Array.from({ length }, (_, at) => at)), 2, 4)).toBe(digest);
  });

  it('gives what that gives over the parts and their lengths, for any message, however long', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(new Uint8Array(70_000), new Uint8Array(140_001).fill(7)),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), fc.nat(7), (parts, gap) => {
        const bytes = Buffer.concat([...parts.flatMap((one) => [Buffer.alloc(gap, 0xaa), one]), Buffer.alloc(3, 0xbb)]);
        const ends = new Int32Array(2 * parts.length);
        let at = 0;
        for (const [index, one] of parts.entries()) {
          ends[2 * index] = at + gap;
          at += gap + one.length;
          ends[2 * index + 1] = at;
        }
        const target = new DataView(new ArrayBuffer(16));
        new SipHash(key).digest(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), ends, target, 0);
        const lengths = Buffer.from(Int32Array.from(parts, ({ length }) => length).buffer);
        expect(Buffer.from(target.buffer).toString()).toBe(plain(Buffer.concat([...parts, lengths]), 1, 3));
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
