import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isLongRun } from '#libs/testkit/measures/long-run.js';
import { ruleTypes } from '../../rule/rule-kinds.js';
import { loadRules } from '../load/load-rules.js';
import { readRuleFiles } from '../load/read-rule-files.js';
import { answerOf, answerOfRule, type Asked, correlated } from './random-correlations.js';

const root = new URL('../../../../', import.meta.url).pathname;
const { files } = await readRuleFiles(join(root, 'rules'));
const page = await readFile(join(root, 'docs', 'rules.md'), 'utf8');
const examples = [...page.matchAll(/```yaml\n([^]*?)```/g)].flatMap(([, text = '']) => (text.startsWith('title:') ? [text] : []));

const seed = Number(process.env['VIGIE_TEST_SEED'] ?? 20_261_129);

const packages = ['pysigma==1.5.1', 'pyyaml==6.0.4', 'jsonschema==4.26.0'];
const tools = join(root, '.cache', 'pysigma');
const python = join(tools, 'bin', 'python');
/** A checkout of SigmaHQ/sigma-specification; without one its schemas are not asked. */
const specification = process.env['VIGIE_SIGMA_SPECIFICATION'];

/** Why pySigma cannot be asked, if so. It is installed once. */
function whyNot(): string | undefined {
  if (!isLongRun) return 'npm run test:long asks';
  const steps = existsSync(join(tools, 'whole'))
    ? []
    : [
        ['python3', '-m', 'venv', tools],
        [python, '-m', 'pip', 'install', '--quiet', ...packages],
        [python, '-c', `open(${JSON.stringify(join(tools, 'whole'))}, 'w')`],
      ];
  for (const [command = '', ...args] of steps) {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
    if (status !== 0) return `${command} ${args.join(' ')}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
  }
  return undefined;
}

const reason = whyNot();
if (isLongRun && reason !== undefined) process.stderr.write(`pySigma is not asked: ${reason}\n`);

const letters = fc.stringMatching(/^[aAbB*?\\.é]{1,3}$/);
const value = fc.oneof(letters, fc.constantFrom('a', 'B', 'ab', 'a*', '*b', ''));
const texts = fc.oneof(value, fc.uniqueArray(value, { minLength: 2, maxLength: 3 }));
const item = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('device', 'purpose', 'auth'),
      fc.constantFrom('', '|contains', '|startswith', '|endswith', '|cased', '|contains|cased', '|neq'),
      texts,
    )
    .map(([field, how, of]) => [`${field}${how}`, of]),
  fc
    .tuple(
      fc.constantFrom('device', 'purpose'),
      fc.constantFrom('|re', '|re|i', '|re|s'),
      fc.constantFrom('a.b', '^a', 'b$', '[ab]+', 'a|B', 'A?b{1,2}'),
    )
    .map(([field, how, of]) => [`${field}${how}`, of]),
  fc.tuple(fc.constantFrom('record_count|gte', 'record_count|lt', 'record_count'), fc.nat(4)),
  fc.tuple(fc.constantFrom('device|exists', 'auth|exists'), fc.boolean()),
  fc.constantFrom(
    ['device|fieldref', 'auth'],
    ['auth', null],
    ['source_ip|cidr', '10.0.0.0/8'],
    ['source_ip|cidr', ['10.1.0.0/16', '2001:db8::/32']],
    ['device|contains|all', ['a', 'b']],
    ['mfa', true],
  ),
);
const search = fc.array(item, { minLength: 1, maxLength: 2 }).map((items) => Object.fromEntries(items));
const eventRule = fc
  .tuple(
    search,
    search,
    search,
    fc.constantFrom(
      'sel_a and sel_b or not _c',
      '1 of sel_* and _c',
      'all of sel_* or _c',
      'not (sel_a or sel_b) and _c',
      'not 1 of them or _c',
      'sel_a and not all of _c* or sel_b',
    ),
  )
  .map(([sel_a, sel_b, _c, condition]) => ({
    title: 'Random',
    name: 'random',
    level: 'low',
    logsource: { product: 'ehr' },
    detection: { sel_a, sel_b, _c, condition },
  }));
const filter = fc
  .tuple(
    search,
    search,
    fc.constantFrom(
      'not fa',
      'fa',
      'not (fa or fb)',
      'not fa and not fb',
      'not 1 of f*',
      'not 1 of them',
      'not all of f*',
      'fa or not fb',
    ),
  )
  .map(([fa, fb, condition]) => ({
    title: 'Except',
    name: 'except',
    logsource: { product: 'ehr' },
    filter: { rules: ['random'], ...(/fb|f\*|them/.test(condition) ? { fa, fb } : { fa }), condition },
    vigie: { expires: '2099-01-01', owner: 'dpo', reason: 'random' },
  }));
const text = fc.option(fc.stringMatching(/^[aAbB*?\\.é]{1,4}$/), { nil: undefined });
const access = fc.record({
  device: text,
  purpose: text,
  auth: text,
  record_count: fc.option(fc.nat(4), { nil: undefined }),
  mfa: fc.option(fc.boolean(), { nil: undefined }),
  source_ip: fc.option(fc.constantFrom('10.1.2.3', '10.9.0.1', '192.0.2.1', '2001:db8::5'), { nil: undefined }),
});

describe('other tools', () => {
  it('find no modifier in our rules that they read in another order', () => {
    // pySigma applies modifiers one after the other, so that cidr would look at the name of a list.
    for (const { path, text } of files) expect([path, /\|(?:cidr\|expand|expand\|cidr)/.exec(text)]).toEqual([path, null]);
  });

  const ask = reason === undefined ? it : it.skip;
  const why = reason === undefined ? '' : ` (skipped: ${reason})`;
  ask(`pySigma takes every rule and exception that comes with Vigie${why}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vigie-pysigma-'));
    await Promise.all(examples.map((text, index) => writeFile(join(folder, `example_of_docs_${index}.yml`), text)));
    const given = [...files.map(({ path }) => path), ...examples.map((_, index) => join(folder, `example_of_docs_${index}.yml`))];
    const schemas = specification === undefined ? [] : ['--schemas', join(specification, 'json-schema')];
    const script = join(root, 'libs', 'detection', 'rules', 'tests', 'read_with_pysigma.py');
    const { stdout, stderr } = spawnSync(python, [script, ...given, ...schemas], { encoding: 'utf8' });
    await rm(folder, { recursive: true });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ rules: expect.any(Number), mistakes: [] });
  });

  ask(`pySigma selects the same accesses by random event rules and filters (VIGIE_TEST_SEED=${seed})${why}`, () => {
    const cases = fc.sample(
      fc.record({
        rule: eventRule,
        filter: fc.option(filter, { nil: null }),
        events: fc.array(access, { minLength: 8, maxLength: 8 }),
      }),
      {
        seed,
        numRuns: 2_000,
      },
    );
    const input = cases.map((one) => JSON.stringify(one)).join('\n');
    const script = join(root, 'libs', 'detection', 'rules', 'tests', 'judge_with_pysigma.py');
    const { stdout, stderr } = spawnSync(python, [script], { encoding: 'utf8', input, maxBuffer: 1 << 28 });
    expect(stderr).toBe('');
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as readonly boolean[]);
    let taken = 0;
    const time = '2026-11-29T10:00:00.000Z';
    for (const [index, { rule, filter: except, events }] of cases.entries()) {
      const documents = except === null ? [rule] : [rule, except];
      const { rules, mistakes } = loadRules([
        { path: 'r.yml', text: documents.map((one) => JSON.stringify(one)).join('\n---\n') },
      ]);
      if (mistakes.length > 0) continue; // what Vigie refuses has tests of its own
      taken += 1;
      const ours = events.map((event) => rules[0]?.selection.matches({ ...event, time }));
      const at = ours.findIndex((one, place) => one !== answers[index]?.[place]);
      const asked = JSON.stringify([rule.detection, except?.filter, events[at]]);
      expect([asked, ours[at]]).toEqual([asked, answers[index]?.[at]]);
    }
    expect(taken).toBeGreaterThan(500);
  });

  ask(`pySigma takes every random correlation that Vigie takes, and it asks the same (VIGIE_TEST_SEED=${seed})${why}`, () => {
    const cases = fc.sample(correlated, { seed, numRuns: 3_000 });
    const input = cases.map((one) => JSON.stringify(one)).join('\n');
    const script = join(root, 'libs', 'detection', 'rules', 'tests', 'correlate_with_pysigma.py');
    const { stdout, stderr } = spawnSync(python, [script], { encoding: 'utf8', input, maxBuffer: 1 << 28 });
    expect(stderr).toBe('');
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Asked | null);
    const taken = new Map<string, number>();
    for (const [index, documents] of cases.entries()) {
      const text = documents.map((one) => JSON.stringify(one)).join('\n---\n');
      const { rules, mistakes } = loadRules([{ path: 'r.yml', text }]);
      const rule = rules.find(({ id }) => id === 'counted');
      if (mistakes.length > 0 || !rule) continue; // what Vigie refuses has tests of its own
      const answer = answers[index];
      const asked = JSON.stringify(documents.at(-1));
      expect([asked, answer && answerOf(answer)]).toEqual([asked, answerOfRule(rule, answer?.meets !== undefined)]);
      taken.set(rule.type, (taken.get(rule.type) ?? 0) + 1);
    }
    expect([...taken.keys()].toSorted()).toEqual([...ruleTypes].toSorted());
  });
});
