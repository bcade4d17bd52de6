import { describe, expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { Rule } from '../../rule/rule.js';
import { loadRules } from './load-rules.js';

const event = (name: string, search = `action: ${name}`): string =>
  `title: ${name}\nname: ${name}\nlogsource: {product: ehr}\ndetection: {x: {${search}}, condition: x}\n`;
const correlation = (name: string, body: string, rest = ''): string =>
  `title: ${name}\nname: ${name}\nlevel: low\n${rest}correlation: {group-by: [group_id, actor_id], timespan: 1h, ${body}}\n`;
const filter = (name: string, rules: string, search: string, condition = 'not x', expires = '2027-01-31'): string =>
  `title: ${name}\nname: ${name}\nlogsource: {product: ehr}\nfilter: {rules: ${rules}, x: {${search}}, condition: ${condition}}\n` +
  `vigie: {expires: ${expires}, owner: dpo, reason: migration}\n`;
const over = (name: string, rules: string): string =>
  correlation(name, `type: event_count, rules: ${rules}, condition: {gte: 2}`);
const count = (name: string, rules = 'read'): string =>
  correlation(name, `type: event_count, rules: ${rules}, condition: {gte: 2}`);
const overInner = (names: string): string =>
  `title: o\nname: o\nlevel: low\ncorrelation: {type: event_count, rules: inner, group-by: [group_id, actor_id, ${names}], timespan: 1h, condition: {gte: 2}`;
const events = [event('read'), event('export'), event('login')];

describe('a condition of a correlation', () => {
  it.each([
    ['gte: 5', { atLeast: 5, atMost: Infinity }],
    ['gt: 5', { atLeast: 6, atMost: Infinity }],
    ['gt: 0', { atLeast: 1, atMost: Infinity }],
    ['gte: 3, lt: 10', { atLeast: 3, atMost: 9 }],
    ['gt: 3, lte: 10', { atLeast: 4, atMost: 10 }],
    ['gte: 3, lte: 3', { atLeast: 3, atMost: 3 }],
    ['eq: 7', { atLeast: 7, atMost: 7 }],
    ['neq: 7', { atLeast: 1, atMost: Infinity, except: 7 }],
    ['neq: 0', { atLeast: 1, atMost: Infinity }],
    ['neq: 1', { atLeast: 2, atMost: Infinity }],
    ['gte: 3, neq: 5', { atLeast: 3, atMost: Infinity, except: 5 }],
    ['gte: 3, lte: 9, neq: 9', { atLeast: 3, atMost: 8 }],
    ['gte: 3, neq: 2', { atLeast: 3, atMost: Infinity }],
  ])('%s is a range of whole numbers', (condition, expected) => {
    const [rule] = load(event('read'), correlation('c', `type: event_count, rules: read, condition: {${condition}}`));
    expect(rule?.condition).toEqual(expected);
  });
});

describe('a title', () => {
  it.each(['|\n  Many\n  by night\n', '>\n  Many\n  by night\n', '"Many\\n by night "\n'])(
    'is one line, also from %j',
    (title) => {
      const text = `title: ${title}name: e\nlevel: low\nlogsource: {product: ehr}\ndetection: {x: {action: read}, condition: x}\n`;
      expect(loadRules([{ path: 'a.yml', text }]).rules.map((rule) => rule.title)).toEqual(['Many by night']);
    },
  );
});

describe('a reload', () => {
  it('finds the selections of what has not changed, joined and excepted ones too, and new ones of what has', () => {
    const texts = [
      ...events,
      count('one', '[read, export]'),
      over('two', '[export, login]'),
      filter('f', '[read]', 'device: kiosk'),
      filter('g', 'two', 'device: cart'),
    ];
    const loaded = (changed = '') => {
      const files = texts.map((text, at) => ({ path: `${at}.yml`, text: at === 0 ? text + changed : text }));
      const { rules, mistakes } = loadRules(files);
      expect(mistakes).toEqual([]);
      return rules.map((rule) => [
        rule.selection,
        ...rule.exceptions.map(({ excluded }) => excluded),
        rule.unfiltered?.selection,
      ]);
    };
    const [one, two] = loaded();
    const [oneAgain, twoAgain] = loaded('# another text, the same rule\n');
    expect(two).toHaveLength(3);
    for (const [at, selection] of (two ?? []).entries()) expect(twoAgain?.[at]).toBe(selection);
    for (const [at, selection] of (one ?? []).entries()) {
      expect(oneAgain?.[at]?.id).toBe(selection?.id);
      expect(oneAgain?.[at]).not.toBe(selection);
    }
  });
});

describe('counting types', () => {
  it('join rules whose fields have the same names into one input, and keep those apart whose have not', () => {
    const aliases = 'aliases: {place: {read: clinic_id, login: clinic_id, export: device}}';
    const [rule] = load(
      ...events,
      correlation(
        'c',
        `type: value_count, rules: [read, export, login], ${aliases}, condition: {field: [place, patient_id], gte: 2}`,
      ),
    );
    expect(rule?.field).toEqual(['place', 'patient_id']);
    expect(rule?.inputs).toMatchObject([
      { kind: 'rows', by: [], field: ['clinic_id', 'patient_id'] },
      { kind: 'rows', by: [], field: ['device', 'patient_id'] },
    ]);
    expect(rule?.inputs.map((input) => input.kind === 'rows' && actionsOf(input.selection))).toEqual([
      ['read', 'login'],
      ['export'],
    ]);
    expect(rule && actionsOf(rule.selection)).toEqual(['read', 'export', 'login']);
  });

  it('share the selection of a rule with its only input, and among rules', () => {
    const rules = load(
      event('read'),
      correlation('a', 'type: event_count, rules: read, condition: {gte: 2}'),
      correlation('b', 'type: event_count, rules: [read], condition: {gte: 3}'),
    );
    const inputs = rules.flatMap(({ inputs }) => inputs).map((input) => input.kind === 'rows' && input.selection);
    expect(new Set([...rules.map(({ selection }) => selection), ...inputs]).size).toBe(1);
  });

  it('take an alias for the spread, too', () => {
    const [rule] = load(
      event('read'),
      event('export'),
      correlation(
        'c',
        'type: event_count, rules: [read, export], aliases: {at: {read: device, export: source_ip}}, condition: {gte: 2}',
        'vigie: {spread: {field: at, gte: 2}}\n',
      ),
    );
    expect(rule?.inputs).toMatchObject([{ spread: 'device' }, { spread: 'source_ip' }]);
    expect(rule?.spread).toEqual({ field: 'at', atLeast: 2 });
  });
});

describe('temporal types', () => {
  it.each([
    ['type: temporal', 3],
    ['type: temporal, condition: {gte: 2}', 2],
    ['type: temporal_ordered', 3],
    ['type: temporal_ordered, condition: {gte: 3}', 3],
    ['type: temporal_ordered, condition: {gt: 2}', 3],
  ])('%s: every rule is an input, in their order', (body, atLeast) => {
    const [rule] = load(...events, correlation('c', `${body}, rules: [login, export, read]`));
    expect(rule?.inputs.map((input) => input.kind === 'rows' && actionsOf(input.selection))).toEqual([
      ['login'],
      ['export'],
      ['read'],
    ]);
    expect(rule?.condition).toEqual({ atLeast, atMost: Infinity });
    expect(rule?.inputs).toMatchObject([{ field: [] }, { field: [] }, { field: [] }]);
  });
});

describe('temporal_ordered', () => {
  it('takes a condition that asks for all of its rules, and says of every other what to write', () => {
    const rules = [...events, event('print')];
    for (const key of ['gte', 'gt', 'lt', 'lte', 'eq', 'neq'])
      for (const number of [0, 1, 2, 3, 4, 5]) {
        const condition = `{${key}: ${number}}`;
        const text = [
          ...rules,
          correlation('c', `type: temporal_ordered, rules: [login, export, read, print], condition: ${condition}`),
        ].join('---\n');
        const { mistakes } = loadRules([{ path: 'a.yml', text }]);
        if (condition === '{gte: 4}' || condition === '{gt: 3}') expect([condition, mistakes]).toEqual([condition, []]);
        else expect([condition, mistakes.length]).toEqual([condition, 1]);
        const some = key === 'gte' ? number : number + 1;
        if ((key === 'gte' || key === 'gt') && some > 0 && some < 4)
          expect(mistakes[0]?.reason).toBe(
            `condition asks for ${some} of 4 rules, and temporal_ordered is met by all of them in their order only: write gte: 4 or leave condition away, and one temporal_ordered for each order of fewer rules that is meant; temporal with this condition asks for the same without order`,
          );
      }
  });
});

describe('a correlation over correlations', () => {
  const inner = `title: inner\nname: inner\ncorrelation: {type: event_count, rules: read, group-by: [group_id, clinic_id, actor_id, device], timespan: 1h, condition: {gte: 2}}\n`;

  it('counts matches by places in the group-by of the inner one, which need not raise', () => {
    const [small, outer] = load(
      event('read'),
      inner,
      correlation(
        'outer',
        'type: value_count, rules: inner, condition: {field: device, gte: 2}',
        'vigie: {spread: {field: clinic_id, gte: 2}}\n',
      ),
    );
    expect(outer?.inputs).toEqual([{ kind: 'matches', rule: small, by: [], field: [1], spread: 0 }]);
    expect([small?.raises, outer?.raises]).toEqual([false, true]);
    expect(outer?.selection).toBe(small?.selection);
  });

  it('mixes with event rules, and sees them all', () => {
    const [, outer] = load(
      event('read'),
      event('login'),
      inner,
      correlation('outer', 'type: temporal_ordered, rules: [login, inner]'),
    );
    expect(outer?.inputs.map(({ kind }) => kind)).toEqual(['rows', 'matches']);
    expect(outer && actionsOf(outer.selection)).toEqual(['read', 'login']);
  });

  it('lets the inner one raise too when it says generate', () => {
    const generating = correlation('outer', 'type: event_count, rules: inner, generate: true, condition: {gte: 2}');
    const rules = load(event('read'), inner.replace('name: inner', 'name: inner\nlevel: low'), generating);
    expect(rules.map(({ raises }) => raises)).toEqual([true, true]);
    expect(mistakesOf(event('read'), inner, generating)).toContain(
      'level is missing: a rule that raises incidents says informational, low, medium, high or critical',
    );
  });

  it('groups by an alias of the inner one, or by its own', () => {
    const aliased = inner.replace('correlation: {', 'correlation: {aliases: {at: {read: source_ip}}, ').replace('device]', 'at]');
    expect(load(event('read'), aliased, `${overInner('at, clinic_id')}}\n`)[1]).toMatchObject({
      by: ['at', 'clinic_id'],
      inputs: [{ by: [1, 0] }],
    });
    expect(load(event('read'), aliased, `${overInner('x')}, aliases: {x: {inner: at}}}\n`)[1]).toMatchObject({
      by: ['x'],
      inputs: [{ by: [1] }],
    });
  });

  it('refuses a circle once, and a ninth floor', () => {
    expect(mistakesOf(over('a', 'b'), over('b', 'c'), over('c', 'a'))).toEqual([
      'rules names "a", which in the end looks at this rule itself: break the circle',
    ]);
    const floors = Array.from({ length: 9 }, (_, floor) => over(`f${floor}`, floor === 0 ? 'read' : `f${floor - 1}`));
    expect(load(event('read'), ...floors.slice(0, 8)).at(-1)).toMatchObject({ raises: true });
    expect(mistakesOf(event('read'), ...floors.toReversed())).toEqual([
      'rules names "f0", and more than 8 correlations would stand on one another',
    ]);
    const high = Array.from({ length: 100 }, (_, floor) => over(`f${floor}`, floor === 0 ? 'read' : `f${floor - 1}`));
    expect(mistakesOf(event('read'), ...high.toReversed())).not.toEqual([]);
  });
});

describe('a filter', () => {
  const before: Partial<AccessRow> = { action: 'read', actor_id: 'a', time: '2027-01-30T23:59:59.999Z' };
  const after: Partial<AccessRow> = { ...before, time: '2027-01-31T00:00:00.000Z' };

  it('takes accesses out of every rule that looks at the event rule, until it expires', () => {
    const rules = load(event('read'), count('c'), count('d', 'c'), filter('f', 'read', 'actor_id: a'));
    for (const rule of rules) {
      expect([rule.selection.matches(before), rule.selection.matches(after)]).toEqual([false, true]);
      expect(rule.selection.matches({ ...before, actor_id: 'b' })).toBe(true);
      expect(rule.exceptions).toMatchObject([
        { id: 'f', title: 'f', owner: 'dpo', reason: 'migration', expiresMs: Date.parse('2027-01-31') },
      ]);
      const [excluded] = rule.exceptions.map((exception) => exception.excluded);
      expect([excluded?.matches(before), excluded?.matches(after), excluded?.matches({ ...before, actor_id: 'b' })]).toEqual([
        true,
        false,
        false,
      ]);
      expect(rule.unfiltered).toMatchObject({ id: rule.id, exceptions: [] });
      expect(rule.unfiltered?.selection.matches(before)).toBe(true);
    }
    const [input] = rules[1]?.unfiltered?.inputs ?? [];
    expect(input?.kind === 'matches' && input.rule).toBe(rules[0]?.unfiltered);
  });

  it('of one correlation leaves the others alone, also the one that it looks at', () => {
    const [plain, outer] = load(event('read'), count('c'), count('d', 'c'), filter('f', 'd', 'actor_id: a'));
    expect(plain).toMatchObject({ exceptions: [] });
    expect(plain?.unfiltered).toBeUndefined();
    const [input] = outer?.inputs ?? [];
    const inner = input?.kind === 'matches' ? input.rule : undefined;
    expect(inner).toMatchObject({ id: 'c without f', raises: false });
    expect(inner?.selection.matches(before)).toBe(false);
    const [unfiltered] = outer?.unfiltered?.inputs ?? [];
    expect(unfiltered?.kind === 'matches' && unfiltered.rule).toBe(plain);
  });

  it('may be joined by others, each for its own accesses', () => {
    const [rule] = load(
      event('read'),
      count('c'),
      filter('f', '[read]', 'actor_id: a'),
      filter('g', 'c', 'clinic_id: c1', 'not x', '2026-06-01T00:00:00+02:00'),
    );
    expect(rule?.exceptions.map(({ id, expiresMs }) => [id, expiresMs])).toEqual([
      ['f', Date.parse('2027-01-31')],
      ['g', Date.parse('2026-05-31T22:00Z')],
    ]);
    expect(rule?.selection.matches({ ...before, actor_id: 'b', clinic_id: 'c1' })).toBe(true);
    expect(rule?.selection.matches({ ...before, actor_id: 'b', clinic_id: 'c1', time: '2026-05-31T21:59:59.999Z' })).toBe(false);
  });
});

function actionsOf({ matches }: Rule['selection']): readonly string[] {
  return (['read', 'export', 'login'] as const).filter((action) => matches({ action }));
}

function load(...documents: readonly string[]): readonly Rule[] {
  const { rules, mistakes } = loadRules([{ path: 'a.yml', text: documents.join('---\n') }]);
  expect(mistakes).toEqual([]);
  return rules;
}

function mistakesOf(...documents: readonly string[]): readonly string[] {
  return loadRules([{ path: 'a.yml', text: documents.join('---\n') }]).mistakes.map(({ reason }) => reason);
}
