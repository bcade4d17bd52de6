import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { projectRoot } from './paths.js';
import { isPlaceholder, weaknessOfBytes, weaknessOfText } from './secret-strength.js';

const lengths = fc.integer({ min: 16, max: 64 });
const byte = fc.integer({ min: 0, max: 255 });

/** What people take for a key: constants, counting up or down by any step, short patterns, text. */
const weakBytes = fc.oneof(
  fc.tuple(lengths, byte).map(([length, value]) => Buffer.alloc(length, value)),
  fc.tuple(lengths, byte, byte).map(([length, first, step]) => Buffer.from(Array.from({ length }, (_, at) => first + at * step))),
  fc.tuple(lengths, byte).map(([length, first]) => Buffer.from(Array.from({ length }, (_, at) => first + at * at))),
  fc.tuple(lengths, fc.uint8Array({ minLength: 1, maxLength: 6 })).map(([length, part]) => Buffer.alloc(length, part)),
  fc.tuple(lengths, fc.integer({ min: 0, max: 0xffff })).map(([length, first]) => {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32BE(first + at, at);
    return bytes;
  }),
);

const word = fc.constantFrom(
  'secret',
  'password',
  'token',
  'vigie',
  'test',
  'admin',
  'changeme',
  'replace-me',
  'hospital',
  'key',
  'demo',
  'qwerty',
  'letmein',
  'kafka',
  'correct',
  'horse',
  'battery',
  'staple',
  'monday',
);
const tail = fc.oneof(
  fc.constant(''),
  fc.integer({ min: 0, max: 2030 }).map(String),
  fc.constantFrom('!', '123', '0000', '123456789', 'abcdef'),
);
const weakText = fc.oneof(
  fc
    .tuple(fc.array(word, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '-', '_', ' '), tail)
    .map(([parts, by, end]) => parts.join(by) + end),
  fc
    .tuple(fc.constantFrom('0', 'a', 'x', '0123456789', 'abc', 'deadbeef', '1234'), fc.integer({ min: 1, max: 64 }))
    .map(([part, times]) => part.repeat(times)),
  fc.constantFrom(
    '0123456789abcdef0123456789abcdef',
    'abcdefghijklmnopqrstuvwxyz0123456789',
    '<a token>',
    'a test secret that has 32 bytes!',
    'a key for tests of 32 bytes size',
    'zyxwvutsrqponmlkjihgfedcba',
  ),
);

describe('keys and secrets', () => {
  it('of a pattern or of text are weak', () => {
    fc.assert(
      fc.property(weakBytes, (bytes) => expect(weaknessOfBytes(bytes)).toEqual(expect.any(String))),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(weakText, (text) => expect(weaknessOfBytes(Buffer.from(text.padEnd(16, text)))).toEqual(expect.any(String))),
      { numRuns: 1000 },
    );
  });

  it('of words, counting or placeholders are weak tokens', () => {
    fc.assert(
      fc.property(weakText, (text) => expect(weaknessOfText(text)).toEqual(expect.any(String))),
      { numRuns: 3000 },
    );
    for (const text of ['replace-me_replace-me_monday1246', 'replace-me_replace-me_battery_hospital2026'])
      expect(weaknessOfText(text)).toEqual(expect.any(String));
    expect(isPlaceholder('replace-me')).toBe(true);
  });

  it('that were made at random are taken, in every spelling of tools', () => {
    for (let run = 0; run < 3000; run += 1) {
      const bytes = randomBytes(32);
      expect(weaknessOfBytes(bytes)).toBeUndefined();
      expect(weaknessOfBytes(randomBytes(24))).toBeUndefined();
      expect(weaknessOfBytes(Buffer.from(bytes.toString('hex')))).toBeUndefined();
      for (const text of [
        bytes.toString('hex'),
        bytes.toString('base64'),
        bytes.toString('base64url'),
        randomBytes(16).toString('hex'),
        randomBytes(24).toString('base64url'),
      ])
        expect([text, weaknessOfText(text)]).toEqual([text, undefined]);
    }
  });

  it('of words are let pass on one machine, but no placeholder and nothing that counts', () => {
    expect(weaknessOfText('road-to-the-lighthouse', 'machine')).toBeUndefined();
    for (const text of [
      'replace-me',
      'change-me',
      'test-token',
      'password',
      '0'.repeat(40),
      '0123456789abcdef',
      'abcdefghijklmnop',
    ])
      expect(weaknessOfText(text, 'machine')).toEqual(expect.any(String));
    fc.assert(fc.property(weakBytes, (bytes) => expect(weaknessOfBytes(bytes, 'machine')).toEqual(expect.any(String))));
  });

  it('say nothing of what they are', () => {
    fc.assert(
      fc.property(
        weakText.filter((text) => text.length > 3),
        (text) => expect(weaknessOfText(`${text}`)).not.toContain(text),
      ),
    );
  });
});

/** Whatever looks like a secret in what people copy from. */
function examples(): readonly string[] {
  const files = [
    'README.md',
    'docker-compose.yml',
    ...['docs', 'deploy'].flatMap((folder) =>
      readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    ),
  ].filter((name) => /\.(md|ya?ml|mjs|sql)$/.test(name));
  return files.flatMap((name) => {
    const text = readFileSync(join(projectRoot, name), 'utf8');
    return [...text.matchAll(/whsec_([A-Za-z0-9+/=_-]{8,})|(?:@[\w-]+|key-\d)=([\w+/=-]{8,})/g)].map(
      (found) => found[1] ?? found[2] ?? '',
    );
  });
}

describe('the examples of our own pages', () => {
  it.each([...new Set(examples())])('%s is refused', (example) => {
    expect(weaknessOfText(example) ?? weaknessOfBytes(Buffer.from(example, 'base64'))).toEqual(expect.any(String));
  });

  it('and the digest of nothing else than chance is taken', () => {
    expect(weaknessOfBytes(createHash('sha256').update(randomBytes(16)).digest())).toBeUndefined();
  });
});
