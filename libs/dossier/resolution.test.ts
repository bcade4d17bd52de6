import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { PseudonymPlaces } from './pseudonym-places.js';
import { isMinor, Resolver } from './resolution.js';

const parsed = parseKeyRing(
  ['k2', 'k1'].map((name) => `helix:${name}=${createHash('sha256').update(name).digest('base64')}`).join('\n'),
);
const keys = 'ring' in parsed ? parsed.ring.group('helix') : undefined;
if (!keys) throw new Error('no keys');
const of = (keyId: string, id: string, authority = 'group:helix') => keys.of(keyId)?.of(authority, id) ?? '';
const row = (id: string, given: { authority?: string; person?: string } = {}) => ({ id, authority: '', person: '', ...given });

describe('the join with the index of the hospital', () => {
  it('finds patients under every key of the list, and counts each person once', () => {
    const resolver = new Resolver(keys);
    resolver.take(of('k1', '1'), ['k1']);
    resolver.take(of('k2', '1'), ['k2']);
    resolver.take(of('k2', '2'), ['k2']);
    resolver.take(of('k2', 'nobody'), ['k2']);
    expect(resolver.match(row(' 1 '))).toEqual({ pseudonyms: [of('k1', '1'), of('k2', '1')], isNew: true });
    expect(resolver.match(row('1'))).toMatchObject({ isNew: false });
    expect(resolver.match(row('2'))).toMatchObject({ isNew: true });
    expect(resolver.match(row('3'))).toEqual({ pseudonyms: [], isNew: false });
    expect(resolver.match(row(''))).toEqual({ pseudonyms: [], isNew: false });
    expect(resolver.numbers).toEqual({ pseudonyms: 4, matched: 3, unmatched: 1, persons: 2 });
    expect([of('k2', '2'), of('k2', 'nobody')].map((one) => resolver.isMatched(one))).toEqual([true, false]);
  });

  it('looks under the keys of the list only, and names those that are not there', () => {
    const resolver = new Resolver(keys);
    resolver.take(of('k1', '1'), ['k1', 'k0']);
    resolver.take(of('k2', '2'), ['k1']);
    expect(resolver.match(row('2'))).toEqual({ pseudonyms: [], isNew: false });
    expect(resolver.missingKeys).toEqual(['k0']);
  });

  it('joins the numberings of clinics into persons where the index names them', () => {
    const resolver = new Resolver(keys);
    const clinic = 'clinic:helix/c1';
    resolver.take(of('k1', 'A7', clinic), ['k1']);
    resolver.take(of('k1', '1'), ['k1']);
    expect(resolver.match(row('A7', { authority: clinic, person: 'p1' }))).toMatchObject({ isNew: true });
    expect(resolver.match(row('1', { person: 'p1' }))).toMatchObject({ isNew: false });
    expect(resolver.numbers).toEqual({ pseudonyms: 2, matched: 2, unmatched: 0, persons: 1 });
  });
});

describe('places of pseudonyms', () => {
  it('are those of a map, for thousands of digests', () => {
    const places = new PseudonymPlaces();
    const map = new Map<string, number>();
    for (let n = 0; n < 20_000; n += 1) {
      const pseudonym = createHash('sha256')
        .update(String(n % 15_000))
        .digest('hex')
        .slice(0, 32);
      if (!map.has(pseudonym)) map.set(pseudonym, map.size);
      expect(places.add(pseudonym)).toBe(map.get(pseudonym));
    }
    expect(places.size).toBe(15_000);
    for (const [pseudonym, place] of map) expect(places.of(pseudonym)).toBe(place);
    expect(places.of('0'.repeat(32))).toBe(-1);
  });
});

describe('a minor', () => {
  it.each([
    ['2010-05-30', '2028-05-29T23:59:59.999Z', true],
    ['2010-05-30', '2028-05-30T00:00:00.000Z', false],
    ['1950-01-01', '2026-01-01T00:00:00.000Z', false],
    ['30/05/2010', '2026-01-01T00:00:00.000Z', undefined],
  ])('born on %s at %s: %s', (birth, at, is) => expect(isMinor(birth, at)).toBe(is));
});
