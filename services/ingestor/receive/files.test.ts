import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IngestService } from '../ingest.service.js';
import { IngestorUnderTest } from '../ingestor.fixture.js';

const token = randomBytes(32).toString('base64url');
let ingestor: IngestorUnderTest;
let drop: string;
beforeAll(async () => {
  ingestor = await IngestorUnderTest.start((folder) => {
    const path = join(folder, 'sources.yml');
    mkdirSync(join(folder, 'drop'));
    writeFileSync(join(folder, 'dpi.token'), token);
    const columns = '{ time: DATE, actor_id: LOGIN, patient_id: IPP, clinic_id: SITE }';
    writeFileSync(
      path,
      `sources:\n  - { name: dpi, group: helix, token_file: dpi.token, folder: drop, format: detect, columns: ${columns} }\n`,
    );
    return {
      VIGIE_SOURCES_FILE: path,
      VIGIE_INGEST_BODY_BYTES: '65536',
      VIGIE_INGEST_INFLATED_BYTES: '65536',
      VIGIE_INGEST_BODY_SECONDS: '2',
    };
  });
  drop = join(ingestor.folder, 'drop');
});
afterAll(() => ingestor.stop());

const row = (number: number) => `2026-11-28 08:12:03;compte${number};IPP-${number}-4711;nord`;
const table = (from: number, count: number) =>
  ['DATE;LOGIN;IPP;SITE', ...Array.from({ length: count }, (_, number) => row(from + number)), ''].join('\r\n');
const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  ingestor.post('/v1/files', `Bearer ${token}`, body, { 'content-type': 'text/csv', ...headers });

describe('a file that is uploaded', () => {
  it('is taken while it comes, however much longer it is than a body may be', async () => {
    const text = table(0, 5000);
    expect(text.length).toBeGreaterThan(3 * 65_536);
    const rows = await ingestor.log.during(async () => {
      expect(await post(text)).toMatchObject({ status: 200, body: { accepted: 5000, refused_count: 0 } });
    });
    expect(rows).toContainEqual(
      expect.objectContaining({ actor_id: 'compte0', clinic_id: 'nord', time: '2026-11-28T07:12:03.000Z' }),
    );
    const again = await ingestor.log.during(() => post(gzipSync(text), { 'content-encoding': 'gzip' }));
    expect(new Set([...rows, ...again].map((one) => one['event_id'])).size).toBe(5000);
  });

  it('is told row by row what was refused; 422 where all was, 400 where there is nothing', async () => {
    expect(await post(`${table(1, 2)}2026-11-28 08:12:03;compte9\r\n`)).toMatchObject({
      status: 200,
      body: { accepted: 2, refused: [{ index: 2 }] },
    });
    expect(await post('DATE;LOGIN;IPP;SITE\r\nyesterday;a;b;c\r\n')).toMatchObject({
      status: 422,
      body: { refused: [{ index: 0, field: 'time' }] },
    });
    expect(await post('')).toMatchObject({ status: 400 });
    const form = { 'content-type': 'multipart/form-data; boundary=x' };
    expect(await post(`--x\r\n\r\n${table(1, 2)}\r\n--x--`, form)).toMatchObject({
      status: 415,
      body: { error: expect.stringContaining('--data-binary') },
    });
    expect(await post(gzipSync(table(1, 2)).subarray(0, 30), { 'content-encoding': 'gzip' })).toMatchObject({ status: 400 });
    expect(await ingestor.post('/v1/files', 'Bearer none', 'x')).toMatchObject({ status: 403 });
  });

  it('of which nothing more comes is answered 408', async () => {
    const head = `POST /v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Length: 100000\r\n\r\n`;
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(ingestor.port, '127.0.0.1', () => socket.write(`${head}${table(1, 50)}`));
      socket.setEncoding('latin1').on('data', (chunk) => (text += String(chunk)));
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1.1 408/);
  });

  it('that breaks off ends without harm', async () => {
    const head = `POST /v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Length: 100000\r\n\r\n`;
    await new Promise<void>((resolve) => {
      const socket = connect(ingestor.port, '127.0.0.1', () => socket.write(`${head}${table(1, 50)}`, () => socket.destroy()));
      socket.on('close', () => resolve());
    });
    expect(await post(table(1, 2))).toMatchObject({ status: 200 });
  });
});

const quarantined = () => ingestor.log.quarantined.map((line) => JSON.parse(line));
const look = () => ingestor.app.get(IngestService).doors.folders.look();

describe('a folder', () => {
  it('gives its files once they no longer change, once for each content', async () => {
    writeFileSync(join(drop, 'monday.csv'), table(100, 2500));
    writeFileSync(join(drop, 'packed.csv.gz'), gzipSync(table(5000, 10)));
    writeFileSync(join(drop, 'copying.csv.part'), table(7000, 10));
    const rows = await ingestor.log.during(async () => {
      await look();
      await look();
      await look();
    });
    expect(rows).toHaveLength(2510);
    expect(readdirSync(join(drop, 'done')).toSorted()).toEqual(['monday.csv', 'packed.csv.gz']);
    writeFileSync(join(drop, 'monday-again.csv'), table(100, 2500));
    const again = await ingestor.log.during(async () => {
      await look();
      await look();
      await look();
    });
    expect([
      again.length,
      existsSync(join(drop, 'done', 'monday-again.csv')),
      existsSync(join(drop, 'copying.csv.part')),
    ]).toEqual([0, true, true]);
    expect(readFileSync(join(drop, '.vigie', 'digests'), 'utf8')).toMatch(/^([0-9a-f]{64} \d+\n){2}$/);
  });

  it('goes on with a file that was at work when the process ended', async () => {
    writeFileSync(join(drop, 'tuesday.csv'), table(200, 5));
    const { machine } = ingestor.app.get(IngestService).doors.folders as unknown as { readonly machine: string };
    renameSync(join(drop, 'tuesday.csv'), join(drop, '.vigie', `${machine}=tuesday.csv`));
    expect(await ingestor.log.during(look)).toHaveLength(5);
  });

  it('takes all others where the disk refuses one', async () => {
    // Its name has no room for whose claim it is.
    const long = `${'l'.repeat(251)}.csv`;
    writeFileSync(join(drop, long), table(400, 3));
    writeFileSync(join(drop, 'wednesday.csv'), table(410, 4));
    const rows = await ingestor.log.during(async () => {
      for (let looks = 0; looks < 3; looks += 1) await look();
    });
    expect([rows.length, existsSync(join(drop, long)), existsSync(join(drop, 'done', 'wednesday.csv'))]).toEqual([4, true, true]);
    renameSync(join(drop, long), join(drop, 'short.csv'));
    expect(await ingestor.log.during(async () => void (await look(), await look()))).toHaveLength(3);
  });

  it('writes over no file of the same name that was taken before', async () => {
    const texts = [table(500, 1), table(501, 1), table(502, 1)];
    for (const text of texts) {
      writeFileSync(join(drop, 'daily.csv'), text);
      for (let looks = 0; looks < 3; looks += 1) await look();
    }
    const names = readdirSync(join(drop, 'done')).filter((name) => name.endsWith('daily.csv'));
    expect(names).toContain('daily.csv');
    expect(names.map((name) => readFileSync(join(drop, 'done', name), 'utf8')).toSorted()).toEqual(texts);
  });

  it('keeps apart what nothing could be taken of', async () => {
    writeFileSync(join(drop, 'note.txt'), 'not a table at all\n');
    writeFileSync(join(drop, 'cut.csv.gz'), gzipSync(table(300, 10)).subarray(0, 40));
    for (let looks = 0; looks < 3; looks += 1) await look();
    expect(readdirSync(join(drop, 'refused')).toSorted()).toEqual(['cut.csv.gz', 'note.txt']);
    const [kept] = quarantined();
    expect(kept).toMatchObject({
      source: 'dpi',
      reason: expect.any(String),
      origin: expect.stringMatching(/^file:[0-9a-f]{32}#0$/),
    });
    renameSync(join(drop, 'refused', 'note.txt'), join(drop, 'note.txt'));
    for (let looks = 0; looks < 3; looks += 1) await look();
    // The same file is the same row, whenever it comes.
    expect(new Set(quarantined().map(({ quarantine_id: id }) => id))).toEqual(new Set([kept.quarantine_id]));
  });
});
