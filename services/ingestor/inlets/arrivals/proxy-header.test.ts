import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, property, uint8Array } from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { proxyHeaderOf } from './proxy-header.js';

const signature = '0d0a0d0a000d0a515549540a';
const hex = (...parts: readonly string[]) => Buffer.from(parts.join(''), 'hex');
const four = (rest = '') => hex(signature, '2111000c', '0a040211c0000202', 'd4310202', rest);
const six = hex(signature, '21210024', '20010db8000000000000000000000005', '20010db8000000000000000000000001', 'd4310202');

describe('the header of a balancer', () => {
  it.each([
    ['PROXY TCP4 10.4.2.17 192.0.2.2 54321 514\r\n', '10.4.2.17'],
    ['PROXY TCP6 2001:DB8::5 2001:db8::1 54321 514\r\n', '2001:db8::5'],
    ['PROXY TCP6 ::ffff:10.4.2.17 ::1 1 2\r\n', '10.4.2.17'],
    ['PROXY UNKNOWN\r\n', undefined],
    ['PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n', undefined],
  ])('in a line names who has connected: %j', (line, address) => {
    expect(proxyHeaderOf(Buffer.from(`${line}<85>1 `))).toEqual({ kind: 'read', length: line.length, address });
  });

  it('in bytes names who has connected', () => {
    expect(proxyHeaderOf(four('3c38353e'))).toEqual({ kind: 'read', length: 28, address: '10.4.2.17' });
    expect(proxyHeaderOf(six)).toEqual({ kind: 'read', length: 52, address: '2001:db8::5' });
  });

  it('is passed over with what a balancer adds to the addresses', () => {
    const added = hex(signature, '21110013', '0a040211c0000202d4310202', '04000400000000', '3c38353e');
    expect(proxyHeaderOf(added)).toEqual({ kind: 'read', length: 35, address: '10.4.2.17' });
  });

  it('of a balancer that speaks for itself, or for a socket of its own machine, names nobody', () => {
    expect(proxyHeaderOf(hex(signature, '20000000'))).toEqual({ kind: 'read', length: 16, address: undefined });
    expect(proxyHeaderOf(hex(signature, '2011000c', '0a040211c0000202d4310202'))).toMatchObject({ address: undefined });
    expect(proxyHeaderOf(hex(signature, '21000000'))).toEqual({ kind: 'read', length: 16, address: undefined });
  });

  it.each([
    ['<85>1 2026-11-28T08:12:03Z dpi-1 dpi 1 - - {}', 'does not begin'],
    ['PROXX TCP4', 'does not begin'],
    ['PROXY TCP4 10.4.2.256 192.0.2.2 1 2\r\n', 'no address'],
    ['PROXY TCP4 ::1 ::1 1 2\r\n', 'no address'],
    ['PROXY TCP6 10.4.2.17 192.0.2.2 1 2\r\n', 'no address'],
    ['PROXY TCP4 10.4.2.17\r\n', 'no address'],
    ['PROXY TCP4 10.4.2.17 192.0.2.2 1 2 3\r\n', 'no address'],
    ['PROXY UNKNOWNS\r\n', 'no address'],
    [`PROXY TCP4 ${'1'.repeat(200)}`, 'no end'],
  ])('that is none is refused: %j', (line, reason) => {
    expect(proxyHeaderOf(Buffer.from(line))).toEqual({ kind: 'wrong', reason: expect.stringContaining(reason) });
  });

  it.each([
    ['of another version', hex(signature, '1111000c', '0a040211c0000202d4310202'), 'not known'],
    ['of another command', hex(signature, '2211000c', '0a040211c0000202d4310202'), 'not known'],
    ['that is too short for its addresses', hex(signature, '21110004', '0a040211'), 'ends within'],
    ['of more bytes than any balancer adds', hex(signature, '2111ffff'), 'more than'],
  ])('in bytes %s is refused', (_, bytes, reason) => {
    expect(proxyHeaderOf(bytes)).toEqual({ kind: 'wrong', reason: expect.stringContaining(reason) });
  });

  it('is waited for as long as it may be one, wherever it is cut', () => {
    for (const whole of [Buffer.from('PROXY TCP4 10.4.2.17 192.0.2.2 54321 514\r\n'), four(), six])
      for (let cut = 0; cut < whole.length; cut += 1) expect(proxyHeaderOf(whole.subarray(0, cut))).toEqual({ kind: 'begun' });
  });

  it('reads no further than the bytes that there are', () => {
    const start = constantFrom('', 'PROXY ', 'PROXY TCP4 ', Buffer.from(signature, 'hex').toString('latin1'));
    assert(
      property(start, uint8Array({ maxLength: 80 }), (begin, rest) => {
        const bytes = Buffer.concat([Buffer.from(begin, 'latin1'), rest]);
        const header = proxyHeaderOf(bytes);
        if (header.kind === 'read') expect(header.length).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: casesOf(200, 20_000) },
    );
  });
});
