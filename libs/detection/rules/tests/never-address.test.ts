import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { loadRules } from '../load/load-rules.js';

const seed = Number(process.env['VIGIE_TEST_SEED'] ?? 20_261_129);

/** What is said of one value of `source_ip`. */
function reasonsOf(key: string, value: unknown): readonly string[] {
  return loaded(key, value).mistakes.map(({ reason }) => reason);
}

function selected(key: string, value: unknown, source_ip: string, gates: readonly string[] = []): boolean | undefined {
  return loaded(key, value, gates).selections[0]?.matches({ source_ip });
}

function loaded(key: string, value: unknown, gates: readonly string[] = []): ReturnType<typeof loadRules> {
  const rule = {
    title: 'e',
    name: 'e',
    level: 'low',
    logsource: { product: 'ehr' },
    detection: { x: { [key]: value }, condition: 'x' },
  };
  return loadRules([{ path: 'a.yml', text: JSON.stringify(rule) }], new Map([['gates', gates]]));
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

  it.each([
    ['::ffff:10.4.2.17', '10.4.2.17'],
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['010.004.002.017', '10.4.2.17'],
    ['10.4.2.17:443', '10.4.2.17'],
    ['[2001:db8::1]', '2001:db8::1'],
  ])('meets accesses however it is written, since they have it in one way: %s', (written, kept) => {
    for (const key of ['source_ip', 'source_ip|cased', 'source_ip|expand'])
      expect(selected(key, key.endsWith('expand') ? '%gates%' : written, kept, [written])).toBe(true);
    expect(selected('source_ip|neq', written, kept)).toBe(false);
  });

  it.each([
    ['source_ip|startswith', '2001:0db8:'],
    ['source_ip|startswith', '::ffff:10.'],
    ['source_ip|startswith', '[2001:db8:'],
    ['source_ip|contains', ':0001:'],
    ['source_ip', '010.4.*'],
  ])('that no part of an address is like in accesses is warned of: %s %s', (key, value) => {
    expect(loaded(key, value).warnings).toEqual([
      expect.objectContaining({ reason: expect.stringContaining('is hardly a part of any address') }),
    ]);
  });

  it.each([
    ['source_ip|startswith', '10.0'],
    ['source_ip|startswith', '2001:db8:0:'],
    ['source_ip|contains', '0a:'],
    ['source_ip|endswith', '.0'],
    ['source_ip|endswith', '0db8::1'],
    ['source_ip', 'pc-01.*'],
    ['source_ip', '10.0.*'],
  ])('that may be one is taken in silence: %s %s', (key, value) => {
    expect(loaded(key, value)).toMatchObject({ mistakes: [], warnings: [] });
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
