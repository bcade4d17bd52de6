import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RunningVigie, startMsMax } from '#libs/testkit/running-vigie.js';
import { WebhookSink } from './webhook-sink.js';
import { filesWith } from '#libs/leakcheck/files-with.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';

const portBase = await freePortBase();
const clinics = ['750300123', '690300456', '130300789'];
const start = Date.parse('2026-01-05T08:00:00Z');

function read(id: string, actor: string, patient: string, atMs: number, clinic: string | undefined = clinics[0]) {
  const time = new Date(start + atMs).toISOString();
  return {
    id,
    time,
    group_id: 'helix',
    clinic_id: clinic,
    actor_id: actor,
    action: 'read',
    patient_ids: [patient],
    outcome: 'success',
  };
}

/** 300 patients of three clinics in five minutes by one account, among the ordinary work of twenty others. */
const attack = Array.from({ length: 300 }, (_, i) =>
  read(`a-${i}`, 'admin.usurped', `IPP-55512${1000 + i}`, i * 1000, clinics[i % 3]),
);
const ordinary = Array.from({ length: 600 }, (_, i) =>
  read(`o-${i}`, `nurse.${i % 20}`, `IPP-77734${1000 + (i % 160)}`, i * 500),
);
const everything = [...attack, ...ordinary].toSorted((a, b) => a.time.localeCompare(b.time));

describe('the road, end to end', () => {
  const sink = new WebhookSink();
  const dataDir = mkdtempSync(join(tmpdir(), 'vigie-road-test-'));
  let vigie: RunningVigie;

  const run = async () => {
    const url = await sink.start();
    return RunningVigie.start({ portBase, dataDir, env: { VIGIE_WEBHOOK_URL: url, VIGIE_WEBHOOK_SECRET: sink.secret } });
  };
  const incidents = () => vigie.sql('SELECT * FROM vigie.incidents');
  const stored = async () => Number((await vigie.sql('SELECT count() AS n FROM vigie.accesses'))[0]?.n);

  beforeAll(async () => {
    vigie = await run();
  }, startMsMax);

  afterAll(async () => {
    await vigie.stop();
    sink.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('takes events while every service is killed in turn, and refuses a bad one without costing the others', async () => {
    const batches = Array.from({ length: 9 }, (_, i) => everything.slice(i * 100, i * 100 + 100));
    const bad = { ...read('bad', 'nurse.1', 'IPP-1', 0), action: 'peek' };
    for (const [index, batch] of batches.entries()) {
      const answer = await vigie.post(index === 4 ? [...batch, bad] : batch);
      expect(answer.accepted).toBe(100);
      expect(answer.refused).toEqual(index === 4 ? [expect.objectContaining({ index: 100, field: 'action' })] : []);
      const victim = ['scorer', 'archiver', 'notifier', 'ingestor', 'console'][index % 5];
      if (victim && index < casesOf(5, 8)) vigie.kill(victim);
    }
    expect(await vigie.until(stored, (rows) => rows >= everything.length)).toBe(everything.length);
  });

  it('takes the same events again without storing any twice', async () => {
    await vigie.post(everything.slice(0, 500));
    await vigie.post([read('last', 'nurse.2', 'IPP-7773499999', 999_000)]);
    expect(await vigie.until(stored, (rows) => rows > everything.length)).toBe(everything.length + 1);
  });

  it('raises one incident whose list is as long as its figure', async () => {
    const found = await vigie.until(incidents, (rows) => rows.length === 1 && Number(rows[0]?.patients) === 300);
    expect(found[0]).toMatchObject({ actor_id: 'admin.usurped', group_id: 'helix', state: 'open', step: 120 });
    expect(found[0]?.clinics).toEqual(clinics.toSorted());
    const [list] = await vigie.sql(
      'SELECT uniqExact(patient_id) AS n, uniqExact(clinic_id) AS clinics FROM vigie.incident_patients',
    );
    expect(list).toEqual({ n: 300, clinics: 3 });
  });

  it('tells it to the webhook, signed, once per change, without any patient', async () => {
    await vigie.until(
      async () => sink.distinct().length,
      (n) => n >= 1,
    );
    expect(sink.refused).toEqual([]);
    const opened = sink.distinct().filter((one) => one.type === 'incident.opened');
    expect(opened).toHaveLength(1);
    expect(opened[0]?.data).toMatchObject({ actor_id: 'admin.usurped', patients_at_detection: 40 });
    const patients = await vigie.sql('SELECT DISTINCT patient_id FROM vigie.incident_patients');
    for (const { body } of sink.received)
      for (const { patient_id: pseudonym } of patients) expect(body).not.toContain(String(pseudonym));
  });

  it('accounts for every event', async () => {
    const text = await (await fetch(`${vigie.url('archiver')}/metrics`)).text();
    expect(text).toMatch(/^vigie_rows_stored_total\{.*table="accesses".*\} \d+/m);
    const scorer = await (await fetch(`${vigie.url('scorer')}/metrics`)).text();
    expect(scorer).toMatch(/^vigie_incidents_open\{.*\} 1$/m);
  });

  it('stops in order, and goes on over the same data as if nothing had happened', async () => {
    const before = await incidents();
    expect(await vigie.stop()).toBe(0);
    sink.stop();
    const told = sink.distinct().length;
    vigie = await run();
    await vigie.post(
      Array.from({ length: 200 }, (_, i) =>
        read(`b-${i}`, 'admin.usurped', `IPP-66600${1000 + i}`, 300_000 + i * 1000, clinics[i % 3]),
      ),
    );
    const after = await vigie.until(incidents, (rows) => Number(rows[0]?.patients) === 500);
    expect(after).toHaveLength(1);
    expect(after[0]).toMatchObject({ incident_id: before[0]?.incident_id, first_time: before[0]?.first_time, step: 400 });
    await vigie.until(
      async () =>
        sink
          .distinct()
          .slice(told)
          .map((one) => one.type),
      (types) => types.includes('incident.step'),
    );
    expect(sink.distinct().filter((one) => one.type === 'incident.opened')).toHaveLength(1);
  });

  it('has no clear patient identifier in anything it wrote', () => {
    for (const prefix of ['IPP-55512', 'IPP-77734', 'IPP-66600']) expect(filesWith(dataDir, prefix)).toEqual([]);
    expect(filesWith(dataDir, 'admin.usurped')).not.toEqual([]); // the search itself works
  });
});
