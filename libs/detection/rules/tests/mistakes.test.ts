import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { loadRules, type RuleFile } from '../load/load-rules.js';
import { explainRule } from '../words/explain-rule.js';
import { everything, wholeFiles } from './mistake-cases-of-files.js';
import { inEvents } from './mistake-cases-in-events.js';
import { correlation, event, inCorrelations, lists, pack } from './mistake-cases.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';

const mistakesOf = (text: string) => loadRules([{ path: 'rules/a.yml', text }], lists).mistakes;

const without = (text: string, ...keys: readonly string[]): string =>
  text
    .split('\n')
    .filter((line) => !keys.some((key) => line.startsWith(`${key}:`)))
    .join('\n');

describe('a rule file', () => {
  it('that is right has no mistakes', () => {
    expect(mistakesOf(pack)).toEqual([]);
    expect(mistakesOf(everything)).toEqual([]);
  });

  it.each(inCorrelations)('refuses %j replaced by %j at line %i', (replaced, by, line, reason) => {
    expect(correlation).toContain(replaced);
    expect(mistakesOf(pack.replace(replaced, () => by))).toContainEqual({ file: 'rules/a.yml', line, reason });
  });

  it.each(inEvents)('refuses %j replaced by %j at line %i of the event rule', (replaced, by, line, reason) => {
    expect(event).toContain(replaced);
    expect(mistakesOf(`${event.replace(replaced, () => by)}---\n${correlation}`)).toContainEqual({
      file: 'rules/a.yml',
      line,
      reason,
    });
  });

  it.each(wholeFiles)('refuses %s', (_, text, line, reason) => {
    expect(mistakesOf(text)).toContainEqual({ file: 'rules/a.yml', line, reason });
  });

  it.each(['global', 'reset', 'repeat'])(
    'that holds a template (%s) is told of that alone, whatever it leaves to it',
    (action) => {
      const reason = 'action (global, reset, repeat) is the old form of a template: write each document in full';
      for (const head of ['', 'title: T\n', 'logsource: {product: ehr}\n', without(event, 'name'), without(correlation, 'id')])
        for (const keys of [['title'], ['logsource', 'name'], ['title', 'id', 'level']])
          expect(
            mistakesOf(`action: ${action}\n${head}---\n${without(event, ...keys)}---\n${without(correlation, ...keys)}`),
          ).toEqual([{ file: 'rules/a.yml', line: 1, reason }]);
    },
  );

  it('says why a helper is not used where only a pattern could mean it', () => {
    for (const condition of ['1 of them', 'all of *', '1 of *_x', 'any of sel*'])
      expect(
        mistakesOf(
          pack
            .replace('selection: {action: read}', 'sel_x: {action: read}\n  _x: {device: a}')
            .replace('condition: selection', `condition: ${condition}`),
        ),
      ).toMatchObject([
        {
          reason:
            '"_x" is not used by the condition, since them and patterns leave out names that begin with _: name it, or delete it',
        },
      ]);
  });

  it('counts the characters of a title as people do', () => {
    for (const char of ['é', '漢', '😀'])
      for (const [count, told] of [
        [256, []],
        [257, [expect.objectContaining({ reason: expect.stringContaining('has 257 characters') })]],
      ] as const)
        expect(mistakesOf(pack.replace('title: Many', `title: ${char.repeat(count)}`))).toEqual(told);
  });

  it('may hold as many brackets as it likes inside text', () => {
    const quoted = Array.from({ length: 30 }, (_, n) => `'ward${n} \\[x'`).join(', ');
    for (const text of [`purpose|re: [${quoted}]`, `purpose|re: ["a", ${quoted}] # ${'['.repeat(30)}`])
      expect(mistakesOf(pack.replace('{action: read}', `\n    ${text}`))).toEqual([]);
    const block = `description: |\n  ${'{['.repeat(20)}\nlevel: high`;
    expect(mistakesOf(pack.replace('level: high', block))).toEqual([]);
  });

  it('is warned of when its filter keeps almost nothing, or a list that it takes values from holds a pattern', () => {
    expect(warningsOf(filter('not x') + pack)).toEqual([]);
    expect(warningsOf(filter('x') + pack)).toEqual([
      [1, 'the condition of this filter names what stays, so that it takes out every access that does not meet it'],
    ]);
    expect(warningsOf(pack.replace('action: read', "actor_id|expand: '%vip%'"))).toEqual([
      [18, 'the list vip holds a value with * or ?'],
    ]);
    const cases = `  cases:\n    - {name: a, fires: false, lists: {other: [a*]}, events: [{device: b}]}\n`;
    expect(warningsOf(correlation + cases + `---\n${event}`)).toEqual([[14, 'the list other holds a value with * or ?']]);
  });

  it('names the other file of a duplicate, and takes references across files', () => {
    const other = { path: 'rules/b.yml', text: event };
    expect(loadRules([{ path: 'rules/a.yml', text: correlation }, other]).mistakes).toEqual([]);
    expect(loadRules([{ path: 'rules/a.yml', text: pack }, other]).mistakes).toContainEqual({
      file: 'rules/b.yml',
      line: 1,
      reason: 'the name "access" is taken by rules/a.yml:14: give another',
    });
  });

  it('with one selection too many is named, and not those before', () => {
    expect(loadRules(filesOf(4_096)).mistakes).toEqual([]);
    expect(loadRules(filesOf(4_098)).mistakes).toEqual([
      { file: 'rules/064.yml', line: 8, reason: expect.stringContaining('more than 4096 different selections of accesses') },
    ]);
  });

  it.each([
    ['keys', `a:\n${Array.from({ length: 7_000 }, (_, i) => ` k${i}:\n`).join('')}`],
    ['keys in braces', `a: {${Array.from({ length: 9_000 }, (_, i) => `${i}`).join(',')}}`],
    ['quotation marks', '"'.repeat(60_000)],
  ])('full of %s is answered, with few mistakes', (_, text) => {
    const found = mistakesOf(text).length;
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThan(30);
  });

  it('never makes the loader throw, whatever is in it', () => {
    const piece = fc.constantFrom(
      ...everything.split(/(?<=[\n :,{}[\]])/),
      '---\n',
      '- ',
      '&a ',
      '*a',
      '|',
      '>',
      '!!binary ',
      '? ',
      '"',
      "'",
      '\t',
      '<<: ',
      '#',
      '%YAML 9\n',
      '\0',
      '\uFEFF',
      '\ud800',
      '...\n',
      '@',
    );
    const mangled = fc.tuple(fc.nat(everything.length), fc.nat(20), fc.oneof(fc.string({ unit: 'binary', maxLength: 5 }), piece));
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(piece, { maxLength: 80 }).map((pieces) => pieces.join('')),
      { weight: 3, arbitrary: mangled.map(([at, cut, put]) => everything.slice(0, at) + put + everything.slice(at + cut)) },
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { rules, mistakes } = loadRules([{ path: 'a.yml', text }], lists);
        const last = text.split(/\r\n|\r|\n/).length;
        for (const mistake of mistakes) expect(mistake.line).toBeLessThanOrEqual(last);
        for (const mistake of mistakes) expect(mistake.line).toBeGreaterThanOrEqual(1);
        for (const rule of rules) expect(rule.condition.atLeast).toBeGreaterThan(0);
        for (const rule of rules) expect(rule.condition.atMost).toBeGreaterThanOrEqual(rule.condition.atLeast);
        for (const rule of rules) expect(explainRule(rule)).not.toContain('undefined');
      }),
      { seed: 20_261_123, numRuns: casesOf(500, 5_000) },
    );
  });
});

function filter(condition: string): string {
  return `title: Except\nname: except\nlogsource: {product: ehr}\nfilter: {rules: access, x: {actor_id|startswith: adm_}, condition: ${condition}}\nvigie: {expires: 2027-01-31, owner: dpo, reason: a}\n---\n`;
}

function warningsOf(text: string): readonly (readonly [number, string | undefined])[] {
  const { warnings } = loadRules([{ path: 'rules/a.yml', text }], lists);
  return warnings.map(({ line, reason }) => [line, reason.split(':')[0]]);
}

function filesOf(selections: number): readonly RuleFile[] {
  return Array.from({ length: Math.ceil(selections / 64) }, (_, file) => {
    const count = Math.min(64, selections - file * 64);
    const text = Array.from({ length: count }, (_one, n) => oneOfMany(file * 64 + n)).join('---\n');
    return { path: `rules/${String(file).padStart(3, '0')}.yml`, text };
  });
}

/** An event rule of its own and a correlation over it. */
function oneOfMany(n: number): string {
  const of = `title: e${n}\nname: e${n}\nlogsource: {product: ehr}\ndetection:\n  sel: {application: app${n}}\n  condition: sel\n---\n`;
  return `${of}title: c${n}\nname: c${n}\nlevel: low\ncorrelation: {type: event_count, rules: e${n}, group-by: [group_id, actor_id], timespan: 1h, condition: {gte: 2}}\n`;
}
