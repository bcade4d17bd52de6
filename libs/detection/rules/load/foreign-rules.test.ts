import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { loadRules, type RuleFile } from './load-rules.js';

const seed = 20_261_129;
const own = `title: e
name: e
logsource: {product: ehr}
detection: {x: {action: read}, condition: x}
---
title: c
name: c
level: low
correlation: {type: event_count, rules: [e], group-by: [group_id, actor_id], timespan: 1h, condition: {gte: 2}}
`;
const event = (name: string, logsource = '{product: windows, service: security}', more = ''): string =>
  `title: ${name}\nname: ${name}\nlogsource: ${logsource}\n${more}detection: {x: {EventID: 4624}, keywords: [a, b], condition: 1 of them}\n`;
const over = (name: string, rules: string, by = 'User', more = ''): string =>
  `title: ${name}\nname: ${name}\n${more}correlation: {type: value_count, rules: ${rules}, group-by: [${by}], timespan: 1h, condition: {field: Host, gte: 2}}\n`;
const filter = (name: string, rules: string): string =>
  `title: ${name}\nname: ${name}\nlogsource: {product: windows}\nfilter: {rules: ${rules}, selection: {User: a}, condition: not selection}\n`;

const rest = (logsource: string): string => `title: r\n${logsource}detection: {x: {EventID: 1}, condition: x}\n`;
const many = (count: number, folder: string, textOf: (at: number) => string): readonly RuleFile[] =>
  Array.from({ length: count }, (_, at) => ({ path: `${folder}/${at}.yml`, text: textOf(at) }));
const reasonsOf = (files: readonly RuleFile[]): readonly string[] => loadRules(files).mistakes.map(({ reason }) => reason);

const logsources = [
  '{product: windows}',
  '{product: linux, category: process_creation}',
  '{category: webserver}',
  '{service: sshd}',
  '{product: aws, service: cloudtrail, custom: 1}',
];

describe('rules for other products', () => {
  it(`are passed over and counted, whatever they hold, in whatever order and files (seed ${seed})`, () => {
    const documents = fc.record({
      events: fc.array(fc.constantFrom(...logsources), { minLength: 1, maxLength: 5 }),
      chains: fc.nat({ max: 4 }),
      filters: fc.nat({ max: 2 }),
      twice: fc.boolean(),
    });
    const plain = loadRules([{ path: 'own.yml', text: own }]).rules.map(({ id, selection }) => [id, selection.id]);
    const property = ({ events, chains, filters, twice }: typeof documents extends fc.Arbitrary<infer T> ? T : never): void => {
      const texts = [
        ...events.map((logsource, index) => event(`f${index}`, logsource, 'related: []\nlevel: urgent\ncustom: 1\n')),
        ...Array.from({ length: chains }, (_, at) => over(`g${at}`, at === 0 ? '[f0]' : `[f0, g${at - 1}]`)),
        ...Array.from({ length: filters }, (_, at) => filter(`h${at}`, 'any')),
        ...(twice ? [event('f0')] : []),
      ];
      const inFiles = texts.map((text, at): RuleFile => ({ path: `f${at}.yml`, text }));
      const inOne = [{ path: 'all.yml', text: [...texts.toReversed(), own].join('---\n') }];
      for (const files of [[...inFiles, { path: 'own.yml', text: own }], inOne]) {
        const { rules, mistakes, warnings, passedOver } = loadRules(files);
        expect([mistakes, warnings]).toEqual([[], []]);
        expect(passedOver).toHaveLength(texts.length);
        expect(rules.map(({ id, selection }) => [id, selection.id])).toEqual(plain);
      }
    };
    fc.assert(fc.property(documents, property), { seed, numRuns: 60 });
  });

  it('are all that a folder holds: that is refused by name, every time', () => {
    for (const times of [1, 2]) {
      const { mistakes } = loadRules([{ path: 'a.yml', text: `${event('a')}---\n${event('b', '{product: linux}')}` }]);
      expect([times, mistakes]).toEqual([
        times,
        [
          {
            file: 'a.yml',
            line: 1,
            reason:
              'no file holds a correlation over accesses (logsource: {product: ehr}) or an event rule with a level, only 2 rules for other products ("linux" and "windows"), which are passed over: a system without rules finds nothing',
          },
        ],
      ]);
    }
  });

  it.each([
    [
      'an event rule that a rule over accesses names',
      `${event('w')}---\n${own.replace('[e]', '[e, w]')}`,
      'rules names "w", a rule for "windows" (a.yml:1), and such rules are passed over',
    ],
    [
      'a correlation that groups as Vigie does',
      `${own}---\n${event('w')}---\n${over('d', '[w]', 'group_id, actor_id', 'level: low\n')}`,
      'rules names "w", a rule for "windows"',
    ],
    [
      'a correlation with a map vigie',
      `${own}---\n${event('w')}---\n${over('d', '[w]', 'User', 'vigie: {steps: [2]}\n')}`,
      'group-by must hold group_id and actor_id',
    ],
    [
      'a correlation over rules of both kinds',
      `${own}---\n${event('w')}---\n${over('d', '[w, e]')}`,
      'group-by must hold group_id and actor_id',
    ],
    [
      'a correlation over a name that both kinds have',
      `${own}---\n${event('e')}---\n${over('d', '[e]')}`,
      'group-by must hold group_id and actor_id',
    ],
    ['a correlation over nothing known', `${own}---\n${over('d', '[nothing]')}`, 'group-by must hold group_id and actor_id'],
    [
      'correlations in a circle',
      `${own}---\n${over('d', '[f]')}---\n${over('f', '[d]')}`,
      'group-by must hold group_id and actor_id',
    ],
    [
      'an event rule with a map vigie',
      `${own}---\n${event('w', '{product: windows}', 'vigie: {time_zone: UTC}\n')}`,
      'product must be ehr, not "windows"',
    ],
    ['no product, category or service', `${own}---\n${event('w', '{definition: x}')}`, 'product must be ehr'],
    ['a product that is no text', `${own}---\n${event('w', '{product: [windows]}')}`, 'product must be a text'],
  ])('%s is no such rule', (_, text, reason) => {
    expect(loadRules([{ path: 'a.yml', text }]).mistakes.map((mistake) => mistake.reason)).toContainEqual(
      expect.stringContaining(reason),
    );
  });

  it('are what a template of theirs fills up, and none where a rule over accesses is among them', () => {
    const windows = 'logsource: {product: windows}\n';
    for (const action of ['global', 'reset', 'repeat'])
      for (const [template, rule] of [
        ['', windows],
        [windows, ''],
        [windows, 'logsource: {product: linux}\n'],
      ] as const) {
        const text = `${own}---\naction: ${action}\ntitle: t\n${template}---\n${rest(rule)}`;
        expect(loadRules([{ path: 'a.yml', text }])).toMatchObject({
          mistakes: [],
          passedOver: { length: 2 },
          rules: { length: 1 },
        });
        const both = loadRules([{ path: 'a.yml', text: `${text}---\n${rest('logsource: {product: ehr}\n')}` }]);
        expect([both.passedOver, both.mistakes.map(({ reason }) => reason)]).toEqual([
          [],
          [expect.stringContaining('the old form of a template')],
        ]);
      }
  });

  it.each([
    ['an anchor and its alias', 'detection: {a: &a {EventID: 1}, b: *a, condition: a or b}', 'is an anchor to YAML'],
    ['a merge key', 'detection: {a: {<<: {EventID: 1}}, condition: a}', 'the merge key <<'],
    ['a tag that nobody knows', 'detection: {a: {EventID: !own 1}, condition: a}', 'Unresolved tag'],
    ['a key that is a list', 'detection: {a: {? [x] : 1}, condition: a}', 'a key must be plain text'],
    ['a key twice', 'detection: {a: {EventID: 1}, a: {EventID: 2}, condition: a}', 'stands twice in one map'],
    ['a long text', `description: ${'x'.repeat(5_000)}\ndetection: {a: {EventID: 1}, condition: a}`, 'more than 4096'],
    [
      'as many values as make a file too large',
      `detection: {a: {Hashes: [${'0123456789abcdef, '.repeat(4_000)}]}, condition: a}`,
      'more than 65536',
    ],
  ])('may hold what no rule of ours may: %s', (_, body, reason) => {
    const isLarge = body.length > 60_000; // such a file holds nothing else that ours may not, and none of ours
    const rule = (logsource: string): string => `title: w\nname: w\nlogsource: ${logsource}\n${body}\n`;
    const count = `---\n${over('d', isLarge ? '[w]' : '&r [w]')}`;
    for (const logsource of ['{product: windows}', isLarge ? '{product: linux}' : '&l {product: linux}', '{category: proxy}']) {
      const files = [own, `${rule(logsource)}${count}`, `${own}---\n${rule(logsource)}`, `${rule(logsource)}---\n${own}`];
      const mixed = isLarge ? [] : files.slice(2);
      for (const texts of [files.slice(0, 2), ...mixed.map((text) => [text])]) {
        const { rules, mistakes, warnings, passedOver } = loadRules(texts.map((text, at) => ({ path: `${at}.yml`, text })));
        expect([mistakes, warnings, rules.length]).toEqual([[], [], 1]);
        expect(passedOver).toHaveLength(texts.length);
      }
    }
    for (const ours of [
      '{product: ehr}',
      '{product: [windows]}',
      '{product: ehrs}',
      '{product: windows}\nvigie: {}',
      '{product: windows}\nlogsource: {product: ehr}',
    ]) {
      const reasons = reasonsOf([{ path: 'a.yml', text: `${own}---\n${rule(ours)}` }]);
      expect([ours, reasons.some((one) => one.includes(reason) || one.includes('"logsource" stands twice'))]).toEqual([
        ours,
        true,
      ]);
    }
  });

  it('are none where aliases would unfold to more than a document says of itself', () => {
    const deep = `title: w\nlogsource: {product: windows}\ncorrelation: {rules: [&a [x], ${'*a, '.repeat(2_000)}]}\n`;
    expect(reasonsOf([{ path: 'a.yml', text: `${own}---\n${deep}` }])).toEqual([expect.stringContaining('is an anchor to YAML')]);
  });

  it('count by themselves: their files leave the room for ours, and have a limit that says what to do', () => {
    const alone = (at: number): string =>
      event(`o${at}`, '{product: ehr}', 'level: low\n').replace(/\{EventID.*/, `{device: d${at}}, condition: x}`);
    const foreign = (at: number): string =>
      at % 2 === 0 ? event(`f${at}`) : `${event(`f${at}`)}---\n${over(`g${at}`, `[f${at - 1}]`)}`;
    const full = [...many(1_200, 'a', foreign), ...many(999, 'b', alone), { path: 'c.yml', text: `${own}---\n${event('w')}` }];
    expect(loadRules(full)).toMatchObject({ mistakes: [], rules: { length: 1_000 }, passedOver: { length: 1_801 } });
    const tooMany = ['there are more than 1000 rule files, those that hold only rules for other products not counted: join some'];
    expect(reasonsOf([...full, { path: 'd.yml', text: alone(2_000) }])).toEqual(tooMany);
    expect(reasonsOf([...full, { path: 'd.yml', text: `${own.replaceAll(/\be\b/g, 'ee').replaceAll(/\bc\b/g, 'cc')}` }])).toEqual(
      tooMany,
    );
    expect(reasonsOf([...many(10_001, 'a', () => event('f')), { path: 'c.yml', text: own }])).toEqual([
      'there are more than 10000 files that hold only rules for other products, and all of them are read to be passed over: take them out of this folder, or give the folder of the rules for accesses',
    ]);
  });

  it('are none where the product is one letter away from ours', () => {
    const letters = [...'abehrz'];
    const near = new Set(['EHR', 'Ehr', 'erh', 'her', 'rhe', 'ehr ']);
    for (const at of [0, 1, 2, 3])
      for (const letter of letters) {
        near.add(`${'ehr'.slice(0, at)}${letter}${'ehr'.slice(at)}`);
        near.add(`${'ehr'.slice(0, at)}${letter}${'ehr'.slice(at + 1)}`);
        near.add(`${'ehr'.slice(0, at)}${'ehr'.slice(at + 1)}`);
      }
    near.delete('ehr');
    for (const product of near) {
      const { mistakes, passedOver } = loadRules([
        { path: 'a.yml', text: `${own}---\n${event('w', `{product: '${product}'}`)}` },
      ]);
      expect([product, passedOver, mistakes.some(({ reason }) => reason.startsWith('product must be ehr'))]).toEqual([
        product,
        [],
        true,
      ]);
    }
  });
});
