import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { loadRules } from './load-rules.js';
import { explainRule } from './explain-rule.js';
import { everything, wholeFiles } from './mistake-cases-of-files.js';
import { inEvents } from './mistake-cases-in-events.js';
import { correlation, event, inCorrelations, lists, pack } from './mistake-cases.js';

const mistakesOf = (text: string) => loadRules([{ path: 'rules/a.yml', text }], lists).mistakes;

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

  it('names the other file of a duplicate, and takes references across files', () => {
    const other = { path: 'rules/b.yml', text: event };
    expect(loadRules([{ path: 'rules/a.yml', text: correlation }, other]).mistakes).toEqual([]);
    expect(loadRules([{ path: 'rules/a.yml', text: pack }, other]).mistakes).toContainEqual({
      file: 'rules/b.yml',
      line: 1,
      reason: 'the name "access" is taken by rules/a.yml:14: give another',
    });
  });

  it.each([
    ['keys', `a:\n${Array.from({ length: 7_000 }, (_, i) => ` k${i}:\n`).join('')}`],
    ['keys in braces', `a: {${Array.from({ length: 9_000 }, (_, i) => `${i}`).join(',')}}`],
    ['quotation marks', '"'.repeat(60_000)],
  ])('full of %s is answered within seconds', (_, text) => {
    const start = performance.now();
    expect(mistakesOf(text).length).toBeGreaterThan(0);
    expect(mistakesOf(text).length).toBeLessThan(30);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('never makes the loader throw, whatever is in it', () => {
    const piece = fc.constantFrom(...everything.split(/(?<=[\n :,{}[\]])/), '---\n', '- ', '&a ', '*a', '|', '>', '!!binary ', '? ', '"', "'", '\t', '<<: ', '#', '%YAML 9\n', '\0', '\uFEFF', '\ud800', '...\n', '@'); // prettier-ignore
    const mangled = fc.tuple(fc.nat(everything.length), fc.nat(20), fc.oneof(fc.string({ unit: 'binary', maxLength: 5 }), piece));
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(piece, { maxLength: 80 }).map((pieces) => pieces.join('')),
      { weight: 3, arbitrary: mangled.map(([at, cut, put]) => everything.slice(0, at) + put + everything.slice(at + cut)) },
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { rules, mistakes } = loadRules([{ path: 'a.yml', text }], lists);
        const last = text.split('\n').length;
        for (const mistake of mistakes) expect(mistake.line).toBeLessThanOrEqual(last);
        for (const mistake of mistakes) expect(mistake.line).toBeGreaterThanOrEqual(1);
        for (const rule of rules) expect(rule.condition.atLeast).toBeGreaterThan(0);
        for (const rule of rules) expect(rule.condition.atMost).toBeGreaterThanOrEqual(rule.condition.atLeast);
        for (const rule of rules) expect(explainRule(rule)).not.toContain('undefined');
      }),
      { seed: 20_261_123, numRuns: 1_500 },
    );
  });
});
