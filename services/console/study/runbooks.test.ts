import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ruleTitleIn } from '#libs/texts/rule-titles.js';
import { auditRowsOf, newLog } from '../console-log.fixture.js';
import { RunningConsole } from '../console.fixture.js';
import { readRunbooks } from './runbooks.js';

describe('runbooks', () => {
  let one: RunningConsole;
  const log = newLog();
  beforeAll(async () => {
    one = await RunningConsole.start(log.connect(), 20_000);
  });
  afterAll(() => one.stop());

  it('are given in both languages by their name, and nobody is written down for reading one', async () => {
    const { status, body } = await one.get('/v1/runbooks/canary-patients', 'dpo');
    expect([status, body]).toMatchObject([
      200,
      {
        runbook: {
          name: 'canary-patients',
          title: 'A canary patient was touched',
          title_fr: ruleTitleIn('fr', 'A canary patient was touched'),
          text: expect.stringContaining('```sql'),
          text_fr: expect.stringContaining('```sql'),
        },
      },
    ]);
    expect(auditRowsOf(log)).toEqual([]);
  });

  it('are in English alone where nobody wrote them in French', async () => {
    expect((await one.get('/v1/runbooks/operations', 'dpo')).body).toMatchObject({ runbook: { title_fr: null, text_fr: null } });
  });

  it('are found by each rule in use', async () => {
    const { body } = await one.get('/v1/rules', 'dpo');
    const ids = (body['rules'] as readonly { readonly rule_id: string }[]).map(({ rule_id }) => rule_id);
    expect(ids.length).toBeGreaterThan(40);
    const found = await Promise.all(ids.map((id) => one.get(`/v1/rules/${id}/runbook`, 'dpo')));
    expect(found.map(({ status }) => status)).toEqual(ids.map(() => 200));
    expect((await one.get('/v1/rules/nowhere/runbook', 'dpo')).body).toMatchObject({ error: 'unknown_rule' });
  });

  it.each([
    'nowhere',
    'fr',
    'fr%2Fcanary-patients',
    '..%2Frules',
    '%2e%2e%2f%2e%2e%2fREADME',
    'canary-patients.md',
    'CANARY-PATIENTS',
    '%00',
    'canary-patients%0a',
  ])('are the pages of one folder, and nothing else: %s', async (name) => {
    const { status, body } = await one.get(`/v1/runbooks/${name}`, 'dpo');
    expect([status, JSON.stringify(body)]).toEqual([expect.any(Number), expect.not.stringContaining('text_fr')]);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });

  it('are not for who is nobody', async () => {
    expect((await one.app.inject({ method: 'GET', url: '/v1/runbooks/canary-patients' })).statusCode).toBe(401);
  });

  it('are all there for assistants too', () => {
    const all = readRunbooks();
    expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(['mass-access', 'operations']));
    expect(all.filter(({ text_fr: french }) => french === null).map(({ name }) => name)).toEqual(['operations']);
  });
});
