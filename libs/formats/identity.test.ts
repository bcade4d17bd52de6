import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isNationalNumber } from '#libs/pseudonyms/national-number.js';
import { chooseIdentifier } from './identity.js';

const ins = { id: '299999999999999', authority: 'urn:oid:1.2.250.1.213.1.4.8' };
const ipp = { id: '4711', authority: 'urn:oid:1.2.250.1.71.9' };
const bare = { id: '12' };

describe('one of several identifiers of a patient', () => {
  it.each([
    ['the best authority that gave one', ['urn:oid:1.9', '1.2.250.1.71.9', ins.authority], ipp],
    ['whether or not an OID says that it is one', ['URN:OID:1.2.250.1.71.9'], ipp],
    ['where no authority is configured, one and the same', [], ins],
    ['where none of those configured gave one, one and the same', ['urn:oid:1.9'], ins],
  ])('%s', (_, authorities, chosen) => {
    fc.assert(
      fc.property(fc.shuffledSubarray([ins, ipp, bare], { minLength: 3 }), (candidates) => {
        expect(chooseIdentifier(candidates, authorities)).toEqual(chosen);
      }),
    );
  });

  it('is one of them, and the same in every order, for any identifiers and authorities', () => {
    const reference = fc.record({ id: fc.string({ minLength: 1 }), authority: fc.string() }, { requiredKeys: ['id'] });
    const given = fc.array(reference, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(given, fc.array(fc.string(), { maxLength: 3 }), (candidates, authorities) => {
        const chosen = chooseIdentifier(candidates, authorities);
        expect(candidates).toContain(chosen);
        expect(chooseIdentifier(candidates.toReversed(), authorities)).toEqual(chosen);
      }),
    );
  });
});

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));

describe('the number of a person', () => {
  it('is no Swiss GLN of a professional, and every number of its range whose check digit is wrong, or that has a key, still is one', () => {
    fc.assert(
      fc.property(fc.constantFrom('01', '10', '12'), digits(5), digits(2), (month, rest, key) => {
        const twelve = `7601${month.slice(1)}0${rest}0`.slice(0, 12);
        const sum = [...twelve].reduce((total, digit, place) => total + Number(digit) * (place % 2 === 0 ? 1 : 3), 0);
        const check = (10 - (sum % 10)) % 10;
        expect(isNationalNumber(`${twelve}${check}`)).toBe(false);
        const other = `${twelve}${(check + 1) % 10}`;
        const asMonth = Number(twelve.slice(3, 5)) <= 12;
        expect([isNationalNumber(other), isNationalNumber(`${twelve}${check}${key}`)]).toEqual([asMonth, asMonth]);
      }),
    );
    expect(isNationalNumber('7601000000002')).toBe(false);
  });
});
