import { describe, expect, it } from '@jest/globals';
import { isLoopback, isOwnHost } from './host-check.js';

describe('a request to a process on loopback', () => {
  it.each(['127.0.0.1:7423', 'localhost', 'LOCALHOST:7423', '[::1]:7423', '10.1.2.3:80', '127.0.0.1', undefined])(
    'was meant for it as %s',
    (host) => {
      expect(isOwnHost(host, { bound: '127.0.0.1' })).toBe(true);
    },
  );

  it.each([
    'evil.example',
    'evil.example:7423',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example.:7423',
    '127.0.0.1@evil.example',
    '',
    '[evil.example]:7423',
    'localhost.',
    '127.0.0.1:80:80',
  ])('came by a foreign name as %j', (host) => {
    expect(isOwnHost(host, { bound: '127.0.0.1' })).toBe(false);
    expect(isOwnHost(host, { bound: '::1' })).toBe(false);
  });

  it('may come by any name where the process listens to a network', () => {
    expect(isOwnHost('vigie-ingestor.vigie.svc', { bound: '0.0.0.0' })).toBe(true);
  });

  it.each(['127.0.0.1', '0.0.0.0'])('may come by the names that are said, and then by no other, on %s', (bound) => {
    const hosts = { bound, names: ['vigie.hospital.example'] };
    for (const host of ['vigie.hospital.example', 'VIGIE.hospital.example:7410', 'localhost:7410', '10.1.2.3'])
      expect(isOwnHost(host, hosts)).toBe(true);
    for (const host of ['evil.example', 'x.vigie.hospital.example', 'vigie.hospital.example.evil.example', 'hospital.example'])
      expect(isOwnHost(host, hosts)).toBe(false);
  });
});

it.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['localhost', true],
  ['::1', true],
  ['127.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['0.0.0.0', false],
] as const)('%s is of this machine alone: %s', (bound, own) => expect(isLoopback(bound)).toBe(own));
