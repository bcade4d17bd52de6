import { createHash, createHmac, createSecretKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { PseudonymTable } from './pseudonym-table.js';
import { Pseudonymiser } from './pseudonymiser.js';
import { HmacSha256, Sha256 } from './sha256.js';

const message = fc.uint8Array({ maxLength: 300 });
const sha = new Sha256();

describe('SHA-256 over bytes in place', () => {
  it('gives the digests of the standard', () => {
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb924');
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223');
  });

  it('equals node:crypto at every length around the ends of blocks', () => {
    for (let length = 0; length <= 200; length += 1) {
      const text = 'x'.repeat(length);
      expect([length, sha256(text)]).toEqual([length, reference(Buffer.from(text))]);
    }
  });

  it('equals node:crypto however the message is cut', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), (parts) => {
        sha.start();
        for (const part of parts) sha.update(part, 0, part.length);
        sha.finish();
        expect(hexOf(sha)).toBe(reference(Buffer.concat(parts)));
      }),
      { numRuns: 2000 },
    );
  });

  it('as an HMAC equals node:crypto for every key of at most a block', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), message, (key, bytes) => {
        const hmac = new HmacSha256(key);
        for (const _ of [1, 2]) {
          hmac.start();
          hmac.update(bytes, 0, bytes.length);
          hmac.finish();
        }
        expect(hexOf(hmac)).toBe(createHmac('sha256', key).update(bytes).digest('hex').slice(0, 32));
      }),
      { numRuns: 1000 },
    );
    expect(() => new HmacSha256(new Uint8Array(65))).toThrow(RangeError);
  });
});

describe('the table of pseudonyms by bytes', () => {
  it('gives what the pseudonymiser gives by text, however often entries replace each other', () => {
    const key = createSecretKey(Buffer.from('a key for tests of 32 bytes size'));
    const pseudonymiser = new Pseudonymiser('k1', key, { cachedMax: 8 });
    const prefix = Buffer.concat([Buffer.from('vigie.patient.v1\0\0\0\0\x05group')]);
    const small = new PseudonymTable(new HmacSha256(key.export()), prefix, 2);
    const big = pseudonymiser.table('group');
    const identifier = fc.string({ unit: fc.constantFrom(...'0123456789aB-'), minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(fc.oneof(identifier, fc.constantFrom('1', '2', '3')), { maxLength: 40 }), (identifiers) => {
        for (const text of identifiers)
          expect([small, big].map((table) => written(table, text))).toEqual([
            pseudonymiser.of('group', text),
            pseudonymiser.of('group', text),
          ]);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps one table per authority, and authorities apart', () => {
    const pseudonymiser = new Pseudonymiser('k1', createSecretKey(Buffer.from('a key for tests of 32 bytes size')));
    expect(pseudonymiser.table('a')).toBe(pseudonymiser.table('a'));
    expect(written(pseudonymiser.table('a'), '1')).not.toBe(written(pseudonymiser.table('b'), '1'));
  });
});

function written(table: PseudonymTable, text: string): string {
  const bytes = Buffer.from(`..${text}..`);
  const target = Buffer.alloc(40);
  table.write(bytes, 2, bytes.length - 2, new DataView(target.buffer, target.byteOffset, target.length), 4);
  return target.toString('latin1', 4, 36);
}

function sha256(text: string): string {
  const bytes = Buffer.from(text);
  sha.start();
  sha.update(bytes, 0, bytes.length);
  sha.finish();
  return hexOf(sha);
}

function hexOf(digest: { hex128(target: DataView, at: number): void }): string {
  const target = new DataView(new ArrayBuffer(32));
  digest.hex128(target, 0);
  return Buffer.from(target.buffer).toString('latin1');
}

function reference(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}
