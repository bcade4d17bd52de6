import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { storeForTests } from '#libs/access-store/clickhouse/store.fixture.js';
import { aStoredCase, storeCases } from '#libs/access-store/verdicts/case-rows.fixture.js';
import { madeTopics } from '#libs/contracts/topics.js';
import { systemClock } from '#libs/runtime/clock.js';
import { anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { readCommandConfig } from '../config.js';
import type { StoreClient } from '../with-store.js';
import { type EraseOptions, runErase } from './erase.js';
import { type EraseReport, eraseText } from './erase-text.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-erase-'));
const order = { reason: 'asked for by letter', by: 'c.morel' };
const clock = { ...systemClock, now: () => Date.UTC(2026, 10, 29, 12) };
let client: StoreClient;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ client, end } = await storeForTests());
});
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

function eraseNow(options: Omit<EraseOptions, 'format'>): Promise<EraseReport> {
  const config = readCommandConfig({ VIGIE_DATA_DIR: join(folder, 'data'), VIGIE_LISTS_DIR: folder });
  return runErase(client, { options, config, clock, progress: () => {} });
}

const actor = 'dr.lemoine';
let batch = 0;
async function store(): Promise<void> {
  const rows = ['p', 'q'].flatMap((name) =>
    [1, 30].map((minute) =>
      anAccessRow({
        actor_id: actor,
        patient_id: aPatient(name),
        time: atMinute(minute),
        event_id: anEventId(`${name} ${minute}`),
      }),
    ),
  );
  await new ClickHouseStore(client, systemClock).insert(
    'accesses',
    Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
    rows.length,
    `erase ${(batch += 1)}`,
  );
}

const accesses = async () => {
  const answer = await client.query({ query: 'SELECT count() AS n FROM vigie.accesses', format: 'JSONEachRow' });
  return (await answer.json<{ n: unknown }>()).map(({ n }) => Number(n))[0];
};

describe('vigie erase', () => {
  const held = anIncidentId('held');
  beforeAll(async () => {
    await store();
    await storeCases(client, [
      aStoredCase(
        'held',
        ['r'],
        { group_id: 'helix', actor_id: actor },
        { group_id: 'helix', actor_id: actor, first_time: atMinute(0), last_time: atMinute(2) },
      ),
    ]);
    writeFileSync(join(folder, 'canary_patients.txt'), `# planted\n${aPatient('p')}\n${aPatient('q')}\n`);
    writeFileSync(join(folder, 'service_accounts.txt'), `${actor}\n`);
  });

  it('says without touching anything what it would do, and then does just that', async () => {
    const said = await eraseNow({ patient: aPatient('p'), dryRun: true });
    expect(await accesses()).toBe(4);
    expect(readFileSync(join(folder, 'canary_patients.txt'), 'utf8')).toContain(aPatient('p'));
    expect(
      await client.query({ query: 'SELECT * FROM vigie.erasures', format: 'JSONEachRow' }).then((answer) => answer.json()),
    ).toEqual([]);
    const { record } = await eraseNow({ ...order, patient: aPatient('p') });
    expect(record).toMatchObject({ taken: { access_rows: 1 }, held: { [held]: 1 } });
    for (const name of ['taken', 'held', 'kept', 'listed', 'subject_sha256', 'group_id'] as const)
      expect([name, said.record[name] === '' ? record[name] : said.record[name]]).toEqual([name, record[name]]);
    expect(await accesses()).toBe(3);
    expect(readFileSync(join(folder, 'canary_patients.txt'), 'utf8')).toBe(`# planted\n${aPatient('q')}\n`);
  });

  it('names in no line whose data it was, and tells the case, what stays and until when', async () => {
    const report = await eraseNow({ ...order, group: 'helix', account: actor });
    const text = eraseText(report);
    for (const name of [actor, aPatient('p'), aPatient('q')]) expect(text).not.toContain(name);
    expect(text).toMatch(new RegExp(`held +case ${held} +2 +access`));
    expect(text).toMatch(/stays +service_accounts\.txt +1 +a value of a file stands for every group/);
    expect(text).toMatch(/stays +vigie\.case_states +1 +the record of cases is the proof/);
    expect(text).toMatch(/stays +vigie\.quarantine_rows +what is sealed opens with the private key/);
    for (const topic of madeTopics) expect(text).toContain(topic);
    // Seven days of the embedded log, and a day for the last of a segment.
    expect(text).toContain('2026-12-07T12:00:00.000Z: accesses: pseudonyms');
    expect(text).toContain(`vigie erase --again ${report.record.erasure_id}`);
  });

  it('is repeated by its id, or by the file of its record where the table was set back too', async () => {
    await client.command({ query: 'TRUNCATE TABLE vigie.access_rows' });
    await store();
    const { record } = await eraseNow({ ...order, patient: aPatient('q'), group: 'helix' });
    expect(record.taken).toEqual({ access_rows: 1 });
    await store();
    const again = await eraseNow({ again: record.erasure_id });
    expect(again.record).toMatchObject({
      erasure_id: record.erasure_id,
      taken: { access_rows: 1 },
      subject_sha256: record.subject_sha256,
    });
    const file = join(folder, 'record.json');
    writeFileSync(file, JSON.stringify({ record: again.record }));
    for (const table of ['erasures', 'access_rows']) await client.command({ query: `TRUNCATE TABLE vigie.${table}` });
    await store();
    await expect(eraseNow({ again: record.erasure_id })).rejects.toThrow(/give the file of its record instead/);
    expect((await eraseNow({ again: file })).record).toMatchObject({ erasure_id: record.erasure_id, taken: { access_rows: 1 } });
  });

  it.each([
    [{}, /say whose data is to go/],
    [{ ...order, group: '' }, /an empty name is refused/],
    [{ ...order, account: 'a' }, /--account needs --group/],
    [{ ...order, patient: aPatient('p'), account: 'a', group: 'g' }, /two erasures/],
    [{ group: 'g' }, /--reason and --by must say something/],
    [{ ...order, group: 'g', reason: '1 84 12 76 451 089 46' }, /--reason looks like it names a patient/],
    [{ again: 'abcdef', group: 'g' }, /--again repeats an erasure as it was/],
    [{ again: './nowhere.json' }, /neither an id/],
  ])('refuses %j', async (options, message) => {
    await expect(eraseNow(options)).rejects.toThrow(message);
  });

  it('does not repeat what somebody took for a pseudonym', async () => {
    await expect(eraseNow({ ...order, patient: 'IPP 4711000' })).rejects.toThrow(/^(?!.*4711000).*--patient is no pseudonym/);
  });
});
