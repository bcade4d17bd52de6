import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { addressOf } from './address.js';

describe('an address', () => {
  it.each([
    ['10.4.2.17', '10.4.2.17'],
    [' 10.4.2.17 ', '10.4.2.17'],
    ['10.4.2.17:51234', '10.4.2.17'],
    ['010.004.002.017', '10.4.2.17'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['2001:DB8:0:0::0001', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::ffff:10.4.2.17', '10.4.2.17'],
    ['::FFFF:0a04:0211', '10.4.2.17'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['::1', '::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['FE80:0:0::0001%eth0', 'fe80::1%eth0'],
    ['::ffff:10.4.2.17%eth0', '10.4.2.17'],
  ])('%s is written %s', (given, written) => {
    expect(addressOf(given)).toBe(written);
  });

  it.each(['ward-7', 'pc12.example', '08:12', '10.0.0.300', '1:2:3', '2001:db8::g', 'a:b:c:d:e:f:0:1:2', ''])(
    '%s is none',
    (given) => {
      expect(addressOf(given)).toBeUndefined();
    },
  );

  it('that is written so once stays so', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (given) => {
        const once = addressOf(given);
        if (once !== undefined) expect(addressOf(once)).toBe(once);
      }),
    );
  });

  it('is the same in every way of writing it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }), (words) => {
        const digits = words.map((word) => word.toString(16));
        const padded = digits.map((word) => word.padStart(4, '0').toUpperCase());
        expect(addressOf(padded.join(':'))).toBe(addressOf(digits.join(':')));
        expect(addressOf(`[${digits.join(':')}]:7410`)).toBe(addressOf(digits.join(':')));
      }),
    );
  });
});
