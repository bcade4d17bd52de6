import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '#libs/event-log/contract-tools.js';
import { IngestorUnderTest } from '../ingestor.fixture.js';

const token = 'Kq3vX9mPz7Lr2TnWb8Yc4Hd6Fg1Js5Ae0Uo';
const ownToken = 'Zw8nQ2vK5xR7tB3mL9yP4hF6jD1sG0aCeUi';
const hl7 = [
  'MSH|^~\\&|PAS|NORD|VIGIE||20260104101500||ADT^A01^ADT_A01|1|P|2.5', 'EVN||20260104101500', 'PID|||8000001^^^IPP^PI',
  `PV1|1|I|W1${'|'.repeat(16)}V77${'|'.repeat(25)}20260104100000`,
].join('\r'); // prettier-ignore

let ingestor: IngestorUnderTest;
let inbox: string;
beforeAll(async () => {
  ingestor = await IngestorUnderTest.start((folder) => {
    inbox = join(folder, 'inbox');
    mkdirSync(inbox);
    const path = join(folder, 'sources.yml');
    writeFileSync(path, `sources:\n  - { name: pas, group: helix, folder: ${inbox} }\n`);
    return {
      VIGIE_SOURCES_FILE: path,
      VIGIE_INGEST_TOKENS: `pas-http@helix=${token},pas-own@helix=${ownToken};authority=clinic`,
    };
  });
});
afterAll(() => ingestor.stop());

const post = (body: string) => ingestor.post('/v1/stays', `Bearer ${token}`, body);

describe('stays and appointments', () => {
  const stay = { id: 'v1', patient_id: '8000001', begin: '2026-01-04T09:00:00Z' };

  it('come by HTTP, each for itself, and become facts without a clear number', async () => {
    expect(await post(JSON.stringify([stay, { ...stay, begin: 'monday' }]))).toMatchObject({
      status: 200,
      body: { accepted: 1, refused_count: 1, refused: [{ index: 1, field: 'begin' }] },
    });
    expect(await post(JSON.stringify({ ...stay, end: '2026-01-05T09:00:00Z' }))).toMatchObject({ status: 200 });
    const [first, second] = ingestor.log.care.map((line) => JSON.parse(line));
    expect(first).toMatchObject({
      what: 'stay',
      group_id: 'helix',
      stay_id: second.stay_id,
      from: second.from,
      patient_id: second.patient_id,
    });
    expect(second.until).toBe(Date.parse('2026-01-08T09:00:00Z') / 600_000);
    expect(ingestor.log.care.join('')).not.toMatch(/8000001|"v1"/);
  });

  it('are of the patient whom events name, also where each clinic numbers its own', async () => {
    const event = { time: '2026-01-04T12:00:00Z', clinic_id: 'NORD', actor_id: 'amartin', action: 'read', patient_id: '8000001' };
    const known = ingestor.log.care.length;
    expect(await ingestor.post('/v1/stays', `Bearer ${ownToken}`, hl7)).toMatchObject({ status: 200 });
    const [row] = await ingestor.log.during(() => ingestor.post('/v1/events', `Bearer ${ownToken}`, JSON.stringify(event)));
    const fact = JSON.parse(ingestor.log.care[known] ?? '');
    expect(fact).toMatchObject({ what: 'stay', patient_id: row?.['patient_id'] });
  });

  it('are refused whole where nothing of them can be read, and without a credential', async () => {
    expect(await post('')).toMatchObject({ status: 400 });
    expect(await post('{"id":"v1"}')).toMatchObject({ status: 422 });
    expect(await ingestor.ask('/v1/stays', { method: 'POST', body: JSON.stringify(stay) })).toMatchObject({ status: 401 });
  });

  it('are not acknowledged while the log takes nothing', async () => {
    ingestor.log.failing = true;
    expect(await post(JSON.stringify(stay))).toMatchObject({ status: 503 });
    ingestor.log.failing = false;
  });

  it('come as messages ADT in a watched folder', async () => {
    const [known, rows] = [ingestor.log.care.length, ingestor.log.lines.length];
    writeFileSync(join(inbox, 'adt.hl7'), `${hl7}\r${hl7.replace('A01', 'A03')}\r`);
    await until('the file is taken', async () => (await readdir(join(inbox, 'done')).catch(() => [])).length > 0);
    expect(ingestor.log.care.slice(known).map((line) => JSON.parse(line))).toMatchObject([{ what: 'stay' }, { what: 'stay' }]);
    expect(ingestor.log.lines).toHaveLength(rows);
  });
});
