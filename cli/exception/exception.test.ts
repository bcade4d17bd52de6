import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { storeForTests } from '#libs/access-store/clickhouse/store.fixture.js';
import { aStoredCase, storeCases } from '#libs/access-store/verdicts/case-rows.fixture.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import { systemClock } from '#libs/runtime/clock.js';
import { anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { readCommandConfig } from '../config.js';
import type { ExceptionOptions } from './command.js';
import { exceptionCommand } from './exception.js';
import { rulesText } from './rules.fixture.js';

const { client, address, end } = await storeForTests();
const day = 24 * 60;
let folder: string;
let config: ReturnType<typeof readCommandConfig>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-exception-'));
  await writeFile(join(folder, 'rules.yml'), rulesText);
  config = readCommandConfig({
    VIGIE_RULES_DIR: join(folder, 'rules.yml'),
    CLICKHOUSE_URL: address.url,
    CLICKHOUSE_USER: address.user,
    CLICKHOUSE_PASSWORD: address.password,
  });
  const { rules } = await requireRules(config);
  const selections = rules.map(({ selection }) => selection);
  const store = new ClickHouseStore(client, systemClock);
  await store.registerSelections(selections);
  const rows = [
    ...burst('secretary', 0, { action: 'export', application: 'lists' }),
    ...burst('secretary', 2 * day, { application: 'records' }),
    ...burst('both', 0, { application: 'records' }),
    ...burst('both', 2 * day, { application: 'records' }),
    ...burst('open', 0, {}),
  ];
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  expect(await store.insert('accesses', bytes, rows.length, 'accesses')).toMatchObject({ kind: 'accepted' });
  const ids = selections.map(({ id }) => id);
  const incident = (actor_id: string, minute: number) => ({
    actor_id,
    first_time: atMinute(minute),
    last_time: atMinute(minute + 4),
    selections: ids,
    state: 'closed' as const,
  });
  const found = (name: string, verdict: 'authorised' | 'true_positive' | '', actor: string, minute: number, rules = ['many']) =>
    aStoredCase(name, rules, { verdict }, incident(actor, minute));
  await storeCases(client, [
    found('recall', 'authorised', 'secretary', 0),
    found('theft', 'true_positive', 'secretary', 2 * day),
    found('recall of both', 'authorised', 'both', 0),
    found('theft of both', 'true_positive', 'both', 2 * day),
    found('open', '', 'open', 0),
    found('unseen', 'authorised', 'nobody', 0),
    found('old rule', 'authorised', 'nobody', 0, ['gone']),
  ]);
});
afterAll(async () => {
  await end();
  await rm(folder, { recursive: true, force: true });
});

let stdout: string;
let stderr: string;
beforeEach(() => {
  stdout = '';
  stderr = '';
});

describe('vigie case exception', () => {
  it('proposes what takes the case away, and leaves the case of the same account that was found true', async () => {
    await run('recall');
    expect(stdout).toContain('action|cased: ["export"]\n      application|cased: ["lists"]');
    expect(stderr).toMatch(
      new RegExp(`^gone +aleo/secretary from 2026-01-05 09:00 UTC +5 +${anIncidentId('recall')} +authorised$`, 'm'),
    );
    expect(stderr).toContain('1 other incident(s) of the same account(s) stay as they are');
  });

  it('writes it to a new file, and never over one that is there', async () => {
    const out = join(folder, 'exception.out');
    await run('recall', { out });
    expect(readFileSync(out, 'utf8')).toContain(`name: authorised_${anIncidentId('recall')}`);
    await expect(run('recall', { out })).rejects.toThrow('is there already');
  });

  it.each([
    [
      'recall of both',
      {},
      `case ${anIncidentId('theft of both')} was found true, and its incident of aleo/both from 2026-01-07 09:00 UTC would be lost`,
    ],
    ['open', {}, 'is not known yet: an exception is for what is authorised'],
    ['theft', {}, 'is true_positive: an exception is for what is authorised'],
    ['unseen', {}, 'is not found by the rules in use'],
    ['old rule', {}, 'none of the rules of case'],
    ['recall', { from: Date.parse(atMinute(day)) }, 'must hold the whole case'],
    ['recall', { expires: 1 }, '--expires lies in the past'],
    ['recall', { reason: 'Mme 2 84 05 75 123 456 78' }, '--reason looks like it names a patient'],
    ['recall', { owner: ' ' }, 'somebody answers for an exception'],
  ])('refuses, and writes nothing: %s %j', async (name, given, reason) => {
    const out = join(folder, 'refused.out');
    await expect(run(name, { out, ...given })).rejects.toThrow(reason);
    expect([stdout, existsSync(out)]).toEqual(['', false]);
  });

  it('says that there is no proof without a store, and proposes nothing', async () => {
    const away = { ...config, CLICKHOUSE_URL: 'http://127.0.0.1:9' };
    await expect(run('recall', {}, away)).rejects.toThrow(/^no exception is proposed: .*127\.0\.0\.1:9/);
    expect(stdout).toBe('');
  });
});

async function run(name: string, given: Partial<ExceptionOptions> = {}, environment = config): Promise<void> {
  const options = { owner: 'head of cardiology', reason: 'recall, ordered', expires: Date.parse(atMinute(60 * day)), ...given };
  const out = new Writable({ write: (chunk: Buffer, _, done) => ((stdout += chunk.toString()), done()) });
  const err = Object.assign(new PassThrough(), { isTTY: false });
  err.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const tools = {
    clock: new FakeClock(Date.parse(atMinute(3 * day))),
    stdout: out,
    stderr: err as unknown as NodeJS.WriteStream,
    signal: new AbortController().signal,
  };
  await exceptionCommand(anIncidentId(name).slice(0, 12), options, tools, environment);
}

/** Five patients within five minutes. */
function burst(actor_id: string, minute: number, given: Partial<AccessRow>): readonly AccessRow[] {
  return [0, 1, 2, 3, 4].map((n) =>
    anAccessRow({
      group_id: 'aleo',
      actor_id,
      time: atMinute(minute + n),
      patient_id: aPatient(n),
      event_id: anEventId(`${actor_id} ${minute} ${n}`),
      ...given,
    }),
  );
}
