import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { digestOfRecoveryCode, newRecoveryCodes } from './recovery-codes.js';
import { SecretBox } from './secret-box.js';
import { base32Of, codeOf, newTotpSecret, stepAt, stepOfCode, stepSeconds, totpUri } from './totp.js';
import { Tries, triesMax, triesMs } from './tries.js';

/** Of the appendices of RFC 4226 (D) and RFC 6238 (B, SHA-1). */
const published = Buffer.from('12345678901234567890');

describe('codes by time', () => {
  it('are those of RFC 4226', () => {
    const codes = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'];
    expect(codes.map((_, counter) => codeOf(published, counter))).toEqual(codes);
  });

  it.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ])('are those of RFC 6238: at %d s it is %s', (seconds, code) => {
    expect(codeOf(published, stepAt(seconds * 1_000), 8)).toBe(code);
  });

  it('are taken one step early and late, once, and in no order but the one of time', () => {
    const now = 1_764_400_000_000;
    const secret = newTotpSecret();
    const step = stepAt(now);
    for (let aside = -3; aside <= 3; aside += 1)
      expect(stepOfCode(secret, codeOf(secret, step + aside), now, -1)).toBe(Math.abs(aside) <= 1 ? step + aside : undefined);
    expect(stepOfCode(secret, codeOf(secret, step), now, step)).toBeUndefined();
    expect(stepOfCode(secret, codeOf(secret, step - 1), now, step)).toBeUndefined();
    expect(stepOfCode(secret, codeOf(secret, step + 1), now, step)).toBe(step + 1);
    const typed = codeOf(secret, step).replace(/^.{3}/, '$& ');
    expect(stepOfCode(secret, ` ${typed} `, now, -1)).toBe(step);
    for (const wrong of ['', '0', 'abcdef', `${codeOf(secret, step)}0`])
      expect(stepOfCode(secret, wrong, now, -1)).toBeUndefined();
  });

  it('have a secret that apps read', () => {
    // RFC 4648, section 10.
    expect(['f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => base32Of(Buffer.from(text)))).toEqual([
      'MY',
      'MZXQ',
      'MZXW6',
      'MZXW6YQ',
      'MZXW6YTB',
      'MZXW6YTBOI',
    ]);
    const uri = new URL(totpUri(published, 'a.durand@aleo.example'));
    expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual([
      'otpauth:',
      'totp',
      '/Vigie:a.durand@aleo.example',
    ]);
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      issuer: 'Vigie',
      algorithm: 'SHA1',
      digits: '6',
      period: `${stepSeconds}`,
    });
  });
});

describe('recovery codes', () => {
  it('are ten, each of its own, and known by a digest however they were typed', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) {
      expect(code).toMatch(/^([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}$/);
      expect(digestOfRecoveryCode(` ${code.toUpperCase().replaceAll('-', ' ')}`)).toBe(digestOfRecoveryCode(code));
    }
    expect(new Set(codes.map(digestOfRecoveryCode)).size).toBe(10);
  });
});

const key = (byte: number) => new Uint8Array(32).fill(byte);

describe('a sealed secret', () => {
  it('is opened by any key that is known, for its user alone, and not when it was changed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.string(), fc.nat(), (secret, user, at) => {
        const sealed = new SecretBox([key(1)]).seal(secret, user);
        const both = new SecretBox([key(2), key(1)]);
        expect(both.open(sealed, user)).toEqual(Buffer.from(secret));
        expect([both.isNewest(sealed), new SecretBox([key(1), key(2)]).isNewest(sealed)]).toEqual([false, true]);
        expect([both.open(sealed, `${user}2`), new SecretBox([key(2)]).open(sealed, user)]).toEqual([undefined, undefined]);
        const bytes = Buffer.from(sealed.split('.')[1] ?? '', 'base64url');
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 1;
        expect(both.open(`${sealed.split('.')[0] ?? ''}.${bytes.toString('base64url')}`, user)).toBeUndefined();
      }),
      { numRuns: 60 },
    );
    for (const none of ['', '.', 'x', `${new SecretBox([key(1)]).seal(key(3), 'a').split('.')[0] ?? ''}.`])
      expect(new SecretBox([key(1)]).open(none, 'a')).toBeUndefined();
  });
});

describe('tries', () => {
  it('are five of a name from an address in a quarter of an hour, whoever has the name', () => {
    const tries = new Tries();
    const taken = (user: string, address: string, now: number) => tries.begin(user, address, now);
    for (let n = 0; n < triesMax.pair; n += 1) expect(taken('a', '::1', n)).toBe(true);
    expect([taken('a', '::1', 10), taken('a', '::2', 10), taken('b', '::1', 10)]).toEqual([false, true, true]);
    expect([taken('a', '::1', triesMs - 1), taken('a', '::1', triesMs)]).toEqual([false, true]);
  });

  it('of a name from everywhere, and of an address, have an end too', () => {
    const tries = new Tries();
    const fromEverywhere = Array.from({ length: triesMax.user + 5 }, (_, n) => tries.begin('a', `10.0.0.${n}`, 0));
    expect(fromEverywhere.filter(Boolean).length).toBe(triesMax.user);
    const ofEverybody = Array.from({ length: triesMax.address + 5 }, (_, n) => tries.begin(`user-${n}`, '::1', 0));
    expect(ofEverybody.filter(Boolean).length).toBe(triesMax.address);
  });

  it('that let somebody in count for nothing, and clear what they had mistyped, and of others nothing', () => {
    const tries = new Tries();
    for (let n = 0; n < 2 * triesMax.address; n += 1) {
      expect(tries.begin('a', '::1', 0)).toBe(true);
      tries.succeeded('a', '::1', 0);
    }
    for (let round = 0; round < 5; round += 1) {
      for (let n = 0; n < triesMax.pair; n += 1) expect(tries.begin('a', '::1', 0)).toBe(true);
      tries.succeeded('a', '::1', 0);
    }
    for (let n = 0; n < triesMax.pair; n += 1) tries.begin('b', '::1', 0);
    tries.begin('a', '::1', 0);
    tries.succeeded('a', '::1', 0);
    expect(tries.begin('b', '::1', 0)).toBe(false);
  });
});
