import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadRules } from '#libs/detection/rules/load/load-rules.js';
import { readLists } from '#libs/detection/rules/load/require-rules.js';
import { readRuleFiles } from '#libs/detection/rules/load/read-rule-files.js';
import { defaultListsDir } from '#libs/detection/rules/load/config.js';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { auditRowsOf, newLog, tell } from '../console-log.fixture.js';
import { RunningConsole } from '../console.fixture.js';
import type { BacktestReport } from './backtests.js';
import { copyOf, documentOf, type RuleChange, type RuleText } from './rule-copy.js';

const ruleId = '5b0f6f0e-1c1e-4f0e-9d0a-2d6a3f6f7a10';
const period = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-08T00:00:00.000Z' };
const exception = {
  group_id: 'aleo',
  actor_ids: ["svc*o'neil"],
  expires: '2099-01-01T00:00:00.000Z',
  owner: 'b.leroy',
  reason: 'migration: "NDB" # until May',
};

const { files } = await readRuleFiles(join(projectRoot, 'rules'));
const lists = await readLists(defaultListsDir);
const { rules } = loadRules(files, lists);
const linesNow = new Set(files.flatMap((file) => linesWithin(file)));

/** Every line, with its file. */
function linesWithin({ path, text }: RuleText): readonly string[] {
  return text.split('\n').map((line) => `${path} ${line}`);
}

describe('a copy of the rules with a change', () => {
  it('finds the document of every rule that stands in a file, and nothing else', () => {
    for (const rule of rules) {
      const found = documentOf(files, rule);
      const named = [...(found?.text.matchAll(/^(?:id|name): (.+)$/gm) ?? [])].map(([, name]) => name);
      expect([rule.id, named.includes(rule.id)]).toEqual([rule.id, true]);
    }
    expect(documentOf([], rules[0] ?? { file: '', line: 0 })).toBeUndefined();
  });

  it.each<[string, RuleChange]>([
    ['a threshold', { threshold: 73 }],
    ['a spread', { spread: 5 }],
    ['a timespan', { timespan: '25m' }],
    ['all of them, and an exception', { threshold: 73, spread: 5, timespan: '25m', exception }],
  ])('differs from the rules in %s alone, and can be loaded', (_, change) => {
    let changed = 0;
    for (const rule of rules) {
      const copy = copyOf(files, rule, change);
      if (typeof copy === 'string') continue;
      changed += 1;
      const after = loadRules(copy.files, lists);
      const one = after.rules.find(({ id }) => id === rule.id);
      expect([rule.title, after.mistakes]).toEqual([rule.title, []]);
      expect([rule.title, one?.condition.atLeast, one?.spread?.atLeast, one?.timespanMs]).toEqual([
        rule.title,
        change.threshold ?? rule.condition.atLeast,
        change.spread ?? rule.spread?.atLeast,
        change.timespan ? 25 * 60_000 : rule.timespanMs,
      ]);
      expect(one?.exceptions.length).toBe(rule.exceptions.length + (change.exception ? 1 : 0));
      const others = (all: typeof rules) =>
        all.filter(({ id }) => id !== rule.id).map(({ id, condition, timespanMs }) => [id, condition, timespanMs]);
      expect(others(after.rules)).toEqual(others(rules));
      // Not a line more than what was asked for is another one in the files.
      const fresh = [...new Set(copy.files.flatMap(linesWithin))].filter(
        (line) => !linesNow.has(line) && !line.startsWith('proposed-exception.yml'),
      );
      expect(fresh.length).toBeLessThanOrEqual(Object.keys(change).filter((key) => key !== 'exception').length);
    }
    expect(changed).toBeGreaterThan(3);
  });

  it('is refused where the rule has not what is to be changed', () => {
    const alone = rules.find(({ spread }) => spread === undefined);
    expect(alone && copyOf(files, alone, { spread: 3 })).toMatch(/has no spread/);
    expect(alone && copyOf(files, alone, {})).toBe('nothing is to be changed');
  });
});

describe('backtests over HTTP', () => {
  let log: MemoryLog;
  let one: RunningConsole;
  beforeAll(async () => {
    log = newLog();
    await tell(log, aChange('true', 1), aChange('quiet', 1, { actor_id: 'inf.leroy' }));
    one = await RunningConsole.start(log.connect(), 20_000);
    await one.act(
      anIncidentId('true'),
      { type: 'case.resolved', verdict: 'true_positive', reason: 'theft', not_qualified_reason: 'asked' },
      'k',
      'dpo',
    );
  });
  afterAll(async () => {
    await one.stop();
  });

  const post = (body: object, as = 'a.durand') => one.ask('POST', '/v1/backtests', as, body);
  const rulesBefore = readFileSync(join(projectRoot, 'rules', 'mass-access.yml'), 'utf8');

  it('are for analysts and officers who see all clinics', async () => {
    const asked = { rule_id: ruleId, ...period, threshold: 83 };
    for (const who of ['looks', 'elsewhere', 'dpo.elsewhere', 'looks.elsewhere']) {
      expect([who, (await post(asked, who)).status]).toEqual([who, 403]);
      expect([who, (await one.get('/v1/backtests', who)).status]).toEqual([who, 403]);
    }
    expect(one.backtest.asked).toEqual([]);
  });

  it.each([
    [{ threshold: 0 }, 422, /threshold/],
    [{ timespan: 'soon' }, 422, /timespan/],
    [{}, 422, /nothing is to be changed/],
    [{ threshold: 83, to: period.from }, 422, /31 days/],
    [{ threshold: 83, to: '2026-03-01T00:00:00.000Z' }, 422, /31 days/],
    [{ threshold: 83, rule_id: 'nobody' }, 404, /no rule/],
    [{ exception: { ...exception, expires: '2026-01-01T00:00:00.000Z' } }, 422, /ends after now/],
    [{ exception: { ...exception, reason: 'patient IPP-123456' } }, 422, /identifier/],
    [{ timespan: '99999w' }, 422, /timespan|mistake|long/],
  ])('refuse %j with %i', async (change, status, message) => {
    const answer = await post({ rule_id: ruleId, ...period, ...change });
    expect([answer.status, answer.body['message']]).toEqual([status, expect.stringMatching(message)]);
  });

  it('run once at a time on a copy, and name first the true cases that would be lost', async () => {
    const begun = await post({ rule_id: ruleId, ...period, threshold: 83, exception });
    const { id } = begun.body['backtest'] as { readonly id: string };
    expect([begun.status, (await post({ rule_id: ruleId, ...period, threshold: 90 })).status]).toEqual([202, 409]);
    const [order] = one.backtest.asked;
    expect(order?.files.filter(({ text }) => text.includes('gte: 83')).length).toBe(1);
    expect((await one.get(`/v1/backtests/${id}`)).body).toMatchObject({ backtest: { state: 'runs', summary: null } });
    one.backtest.end(report());
    await new Promise(setImmediate);
    const { backtest } = (await one.get(`/v1/backtests/${id}`)).body as {
      readonly backtest: { readonly incidents: readonly object[]; readonly yaml: string };
    };
    expect(backtest).toMatchObject({ state: 'done', summary: { gone: 2, same: 0, new: 1, lost: 1 }, file: 'mass-access.yml' });
    expect(backtest.incidents).toMatchObject([
      {
        kind: 'gone',
        is_lost: true,
        verdict: 'true_positive',
        case_id: anIncidentId('true'),
        patients_present: 40,
        patients_tried: null,
      },
      { kind: 'gone', is_lost: false, case_id: anIncidentId('quiet'), verdict: '' },
      { kind: 'new', case_id: null, patients_tried: 9 },
    ]);
    expect(backtest.yaml).toMatch(/gte: 83[\s\S]*---\n[\s\S]*expires: '?2099/);
    expect(auditRowsOf(log)).toContainEqual(expect.objectContaining({ by: 'a.durand', route: '/v1/backtests', status: 202 }));
    // The rules themselves are as they were.
    expect(readFileSync(join(projectRoot, 'rules', 'mass-access.yml'), 'utf8')).toBe(rulesBefore);
  });

  it('say why one has failed, and let the next begin', async () => {
    const begun = await post({ rule_id: ruleId, ...period, threshold: 90 });
    one.backtest.fail('the store does not answer');
    await new Promise(setImmediate);
    const { id } = begun.body['backtest'] as { readonly id: string };
    expect((await one.get(`/v1/backtests/${id}`)).body).toMatchObject({
      backtest: { state: 'failed', why: 'the store does not answer' },
    });
    expect((await one.get('/v1/backtests', 'dpo')).body).toMatchObject({
      backtests: [{ id, state: 'failed' }, { state: 'done' }],
    });
    expect((await one.get('/v1/backtests/nobody')).status).toBe(404);
  });

  it('tell of rules what they mean to everybody, and of cases only whoever sees all clinics', async () => {
    const whole = (await one.get('/v1/rules', 'looks')).body as {
      readonly rules: readonly { readonly words: string; readonly verdicts: unknown }[];
    };
    const part = (await one.get('/v1/rules', 'looks.elsewhere')).body as typeof whole;
    expect(whole.rules.length).toBeGreaterThan(10);
    expect(whole.rules.every(({ words, verdicts }) => words.length > 20 && verdicts !== null)).toBe(true);
    expect(part.rules.map(({ verdicts }) => verdicts)).toEqual(part.rules.map(() => null));
    expect((await one.get(`/v1/rules/${ruleId}`, 'looks')).body).toMatchObject({
      rule: {
        threshold: 40,
        spread_threshold: 2,
        verdicts: { false_positive: 6 },
        yaml: expect.stringContaining('mass_access_10m'),
      },
    });
    expect((await one.get(`/v1/rules/${ruleId}`, 'elsewhere')).body).toMatchObject({
      rule: { verdicts: null, yaml: null },
      weeks: null,
      since: null,
    });
  });
});

function of(incident_id: string, patients: number) {
  return {
    incident_id,
    level: 'high',
    first_time: '2026-01-05T09:00:00.000Z',
    last_time: '2026-01-05T09:01:00.000Z',
    patients,
    rules: [ruleId],
  };
}

function report(): BacktestReport {
  const base = { group_id: 'aleo', subject_kind: 'account', earlier_seconds: 0, more_patients: 0 } as const;
  return {
    summary: { rows: 1_000, seconds: 2.1, new: 1, gone: 2, same: 0, earlier: 0, later: 0 },
    incidents: [
      { ...base, kind: 'new', actor_id: 'nobody', tried: [of(anIncidentId('never'), 9)], present: [] },
      // Without its id: known by account and times.
      { ...base, kind: 'gone', actor_id: 'inf.leroy', tried: [], present: [of('f'.repeat(32), 40)] },
      { ...base, kind: 'gone', actor_id: 'dr.martin', tried: [], present: [of(anIncidentId('true'), 40)] },
    ],
  };
}
