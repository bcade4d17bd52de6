import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { loadRules } from '../load/load-rules.js';

const seed = Number(process.env['VIGIE_TEST_SEED'] ?? 20_261_129);

/** What is said of one value of `source_ip`. */
function reasonsOf(key: string, value: unknown): readonly string[] {
  const rule = {
    title: 'e',
    name: 'e',
    level: 'low',
    logsource: { product: 'ehr' },
    detection: { x: { [key]: value }, condition: 'x' },
  };
  return loadRules([{ path: 'a.yml', text: JSON.stringify(rule) }]).mistakes.map(({ reason }) => reason);
}

const octet = fc.nat(255).map(String);
const four = fc.tuple(octet, octet, octet, octet);
const address = fc.oneof(
  four.map((all) => all.join('.')),
  fc.ipV6(),
);

describe(`a value of source_ip (seed ${seed})`, () => {
  it('is taken where it is an address, or a pattern of one', () => {
    fc.assert(
      fc.property(address, fc.nat(40), fc.nat(40), (text, from, length) => {
        expect([text, reasonsOf('source_ip', text)]).toEqual([text, []]);
        expect(reasonsOf('source_ip|neq', ['192.0.2.1', text])).toEqual([]);
        const start = text.slice(0, from % text.length);
        const pattern = `${start}*${text.slice(start.length + (length % text.length))}`;
        expect([pattern, reasonsOf('source_ip', pattern)]).toEqual([pattern, []]);
        for (const how of ['contains', 'startswith', 'endswith']) {
          const part = how === 'endswith' ? text.slice(start.length) : start;
          if (part !== '') expect([how, part, reasonsOf(`source_ip|${how}`, part)]).toEqual([how, part, []]);
        }
      }),
      { seed, numRuns: 200 },
    );
    for (const text of [
      'gate-7',
      'unknown',
      '-',
      '192.0.2.1:443',
      '[2001:db8::1]',
      'fe80::1%eth0',
      '010.004.002.017',
      '10.4.*',
      '*',
      '*:*',
      '10.4.2.1?',
      'ward.300.example',
    ])
      expect([text, reasonsOf('source_ip', text)]).toEqual([text, []]);
  });

  it('is refused where no address is so, whatever stands beside it and however it is compared', () => {
    const large = fc.integer({ min: 256, max: 99_999 }).map(String);
    const at = fc.nat(3);
    const wrong = fc.oneof(
      fc.tuple(four, at, large).map(([all, place, number]) => all.with(place, number).join('.')),
      fc.tuple(four, octet).map(([all, more]) => [...all, more].join('.')),
      fc.tuple(four, at).map(([all, place]) => all.toSpliced(place, 1).join('.')),
      fc.tuple(four, at).map(([all, place]) => all.with(place, '').join('.')),
      fc.tuple(fc.ipV6(), fc.constantFrom(':1:1:1:1:1:1:1:1', '::1::2', ':12345')).map(([all, more]) => `${all}${more}`),
    );
    fc.assert(
      fc.property(wrong, (text) => {
        for (const [key, value] of [
          ['source_ip', text],
          ['source_ip', ['192.0.2.1', text]],
          ['source_ip|neq', text],
          ['source_ip|cased', text],
        ] as const)
          expect([key, value, reasonsOf(key, value)]).toEqual([
            key,
            value,
            [expect.stringContaining('is no address, so that this could never match')],
          ]);
        expect(reasonsOf('source_ip|cidr', text)).toEqual([expect.stringContaining('is not a network')]);
      }),
      { seed, numRuns: 200 },
    );
    for (const pattern of ['10.*.300', '*.256.*', '10.*.*.*.*', '10..*', '300.*'])
      expect([pattern, reasonsOf('source_ip', pattern)]).toEqual([pattern, [expect.stringContaining('is no address')]]);
  });

  it('is refused where it is a network without cidr', () => {
    for (const text of ['10.0.0.0/8', '10.4.2.17/32', '10.0.0.0/33', '2001:db8::/32', '2001:DB8::1/128'])
      expect(reasonsOf('source_ip', ['192.0.2.1', text])).toEqual([expect.stringContaining('write source_ip|cidr')]);
  });
});
