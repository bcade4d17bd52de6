import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type QuarantineRow, quarantineRow } from '#libs/contracts/quarantine-row.js';
import { shows } from '#libs/leakcheck/spellings.js';
import { newQuarantineKey, entryOf } from '#libs/quarantine/quarantine-keys.js';
import { sealed } from '#libs/quarantine/seal.js';
import { originalText } from '#libs/formats/read/original.js';
import { plainReading } from '#libs/formats/input-format.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { systemClock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { IngestorUnderTest } from '#services/ingestor/ingestor.fixture.js';
import { keygenCommand } from './keygen.js';
import { openedPages, privateKeysOf } from './open-records.js';
import { becomes, type ReplayTotals, sending } from './replay.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-quarantine-'));
const token = 'k3jd82hs91kdl20dkq8s7d6f5g4h3j2k';
const tokenFile = join(folder, 'dpi.token');
const key = newQuarantineKey('helix', 'q-1');
const pseudonyms = `helix:k=${Buffer.from('7f3a91c04e8b25d6f1a07c93be4d5826', 'utf8').toString('base64')}`;
/** What makes records of the hospital's own making events. */
const mended = `clinic: nord, columns: { time: wann, actor_id: wer, patient_id: ipp, action: was }`;

let told = '';
beforeEach(() => {
  told = '';
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, 'write').mockImplementation((text) => (told += String(text)).length > 0);
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = 0;
});

/** An ingestor that reads the source as the file says. */
function started(reading: string, bodyBytesMax = 1 << 20): Promise<IngestorUnderTest> {
  return IngestorUnderTest.start((own, port) => {
    const path = join(own, 'sources.yml');
    const listeners = `  - { name: tcp, kind: syslog, transport: tcp, port: ${port + 1} }\n  - { name: udp, kind: syslog, transport: udp, port: ${port + 2} }`;
    writeFileSync(
      path,
      `listeners:\n${listeners}\nsources:\n  - { name: dpi, group: helix, listener: [tcp, udp], token_file: ${tokenFile}, ${reading} }\n`,
    );
    return {
      VIGIE_SOURCES_FILE: path,
      VIGIE_INGEST_TOKENS: 'other@helix=9s8d7f6g5h4j3k2l1qpwoeiruty0z1x2',
      VIGIE_PSEUDONYM_KEYS: pseudonyms,
      VIGIE_QUARANTINE_KEYS: entryOf(key, key.publicKey),
      VIGIE_INGEST_BODY_BYTES: String(bodyBytesMax),
    };
  });
}

/** Bytes of a request that are not enough for all records at once. */
const smallBodies = 32 * 1024;
const identifier = (n: number) => `IPP-${4_711_000 + n}`;

/** Records that nobody can read without the mended configuration, of every kind that a sender comes up with. */
const records = Array.from({ length: 60 }, (_, n) => {
  const record = {
    wann: `2026-11-28T08:${String(n % 60).padStart(2, '0')}:00Z`,
    wer: `account.${n % 7}`,
    ipp: identifier(n),
    was: 'read',
  };
  const more = [{}, { note: `of ${identifier(n)}` }, { [identifier(n)]: 'a key' }, { text: 'é'.repeat(n * 100) }][n % 4];
  return `<85>1 2026-11-28T08:12:03Z dpi-1 dpi 1 - - ${JSON.stringify({ ...record, ...more })}`;
});

async function sendAll(ingestor: IngestorUnderTest, came: () => number): Promise<void> {
  const [overTcp, overUdp] = [records.slice(0, 40), records.slice(40)];
  await new Promise<void>((resolve, reject) => {
    const socket = connect(ingestor.port + 1, '127.0.0.1', () => socket.end(overTcp.map((one) => `${one}\n`).join('')));
    socket
      .on('error', reject)
      .on('close', () => resolve())
      .resume();
  });
  const socket = createSocket('udp4');
  for (const one of overUdp)
    await new Promise<void>((resolve) => socket.send(one, ingestor.port + 2, '127.0.0.1', () => resolve()));
  socket.close();
  while (came() < records.length) await systemClock.sleep(5);
}

/** The table in memory. */
class Table {
  readonly marked = new Map<string, number>();
  constructor(readonly rows: readonly QuarantineRow[]) {}
  async sealed(_: unknown, after: string, max: number) {
    const open = this.rows.flatMap((row) => (row.sealed ? [{ ...row, sealed: row.sealed }] : []));
    return open
      .filter(({ quarantine_id: id }) => id > after && !this.marked.has(id))
      .toSorted((a, b) => (a.quarantine_id < b.quarantine_id ? -1 : 1))
      .slice(0, max);
  }
  async replayed(rows: readonly { readonly quarantine_id: string; readonly events: number }[]) {
    for (const { quarantine_id, events } of rows) this.marked.set(quarantine_id, events);
  }
}

const without = (lines: readonly string[]) =>
  lines.map((line) => JSON.stringify({ ...(JSON.parse(line) as object), received_at: '' })).toSorted();

async function replay(table: Table, ingestor: IngestorUnderTest, keys = [key], source = 'dpi') {
  const totals: ReplayTotals = { rows: 0, replayed: 0, events: 0 };
  const work = sending({ key: '', tokenFile, source, url: ingestor.base }, table, systemClock);
  const failed: string[] = [];
  for await (const page of openedPages(table, {}, keys, (_, why) => failed.push(why))) await work(page, totals);
  return { ...totals, failed };
}

describe('records that an inlet cannot read', () => {
  let broken: IngestorUnderTest;
  let fixed: IngestorUnderTest;
  let direct: IngestorUnderTest;
  let rows: readonly QuarantineRow[] = [];
  beforeAll(async () => {
    writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
    [broken, fixed, direct] = [await started('clinic: nord'), await started(mended, smallBodies), await started(mended)];
    await sendAll(broken, () => broken.log.quarantined.length);
    await sendAll(direct, () => direct.log.lines.length);
    rows = broken.log.quarantined.map((line) => quarantineRow.parse(JSON.parse(line)));
  });
  afterAll(async () => {
    await Promise.all([broken, fixed, direct].map((one) => one.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  it('are kept with reason and origin, and show no identifier', () => {
    expect(broken.log.lines).toEqual([]);
    expect(new Set(rows.map(({ origin }) => origin.split('/')[0]))).toEqual(new Set(['inlet:tcp', 'inlet:udp']));
    expect(new Set(rows.map(({ quarantine_id: id }) => id)).size).toBe(records.length);
    for (const [n] of records.entries())
      for (const { sealed = '', ...row } of rows) {
        expect(shows(JSON.stringify(row), identifier(n))).toBeUndefined();
        expect(Buffer.from(sealed, 'base64').includes(identifier(n))).toBe(false);
      }
  });

  it('stay where they are while the configuration is as it was', async () => {
    const table = new Table(rows);
    expect(await replay(table, broken)).toMatchObject({ rows: records.length, replayed: 0, failed: [] });
    expect([table.marked.size, broken.log.lines.length, broken.log.quarantined.length]).toEqual([0, 0, records.length]);
    for (const [n] of records.entries()) expect(shows(told, identifier(n))).toBeUndefined();
  });

  it('become, once the configuration is mended, the events that they would have been; once, however often they are replayed', async () => {
    const table = new Table(rows);
    expect(await replay(table, fixed)).toMatchObject({ replayed: records.length, events: records.length, failed: [] });
    expect(without(fixed.log.lines)).toEqual(without(direct.log.lines));
    expect(await replay(table, fixed)).toMatchObject({ rows: 0 });
    expect(await replay(new Table(rows), fixed)).toMatchObject({ replayed: records.length });
    expect(new Set(without(fixed.log.lines))).toEqual(new Set(without(direct.log.lines)));
  });

  it('are sent in as many requests as the ingestor asks for, and one that is too long by itself stays where it is', async () => {
    const [first, ...rest] = rows;
    const long = JSON.stringify({ kind: 'text', text: 'x'.repeat(smallBodies), envelope: { receivedMs: 0 } });
    const table = new Table([...rest, { ...first, sealed: first && sealed(long, first, key) } as QuarantineRow]);
    const before = await fixed.figure('vigie_ingest_requests_total', 'status="413"');
    expect(await replay(table, fixed)).toMatchObject({ rows: records.length, replayed: records.length - 1 });
    expect([table.marked.has(first?.quarantine_id ?? ''), told]).toEqual([false, expect.stringContaining('413')]);
    expect(await fixed.figure('vigie_ingest_requests_total', 'status="413"')).toBeGreaterThan(before + 1);
  });

  it('stay open while one of their patients cannot be told apart, though the event is there for the others', async () => {
    const agent = [{ who: { identifier: { value: 'account.1' } }, requestor: true }];
    const entity = [{ what: { reference: 'Patient/1' } }, { role: { code: '1' }, name: 'somebody' }];
    const audit = { resourceType: 'AuditEvent', recorded: '2026-11-28T08:00:00Z', agent, source: { site: 'nord' }, entity };
    const record = originalText({ kind: 'json', value: audit, envelope: { receivedMs: 0 } }) ?? '';
    const [row] = rows.map((one) => ({ ...one, sealed: sealed(record, one, key) }) as QuarantineRow);
    const table = new Table(row ? [row] : []);
    expect(await replay(table, fixed)).toMatchObject({ rows: 1, replayed: 0 });
    expect([table.marked.size, told]).toEqual([0, expect.stringContaining('told apart')]);
    const parsed = parseKeyRing(pseudonyms);
    const keys = 'ring' in parsed ? parsed.ring.group('helix') : undefined;
    const context = keys && { groupId: 'helix', source: 'dpi', authority: 'group', keys, reading: plainReading };
    expect(context && becomes(record, context, systemClock.now())).toMatchObject({ events: 1, refused: 1 });
  });

  it('are open no longer where only long texts are missing, of which there is no room for so many patients: all that can be had is there', async () => {
    const texts = Object.fromEntries(
      ['purpose', 'device', 'application', 'auth', 'session_id'].map((name) => [name, name.repeat(80).slice(0, 500)]),
    );
    const patients = Array.from({ length: 20_000 }, (_, n) => `${500_000 + n}`).join(',');
    const row = { wann: '2026-11-28T08:00:00Z', wer: 'account.9', ipp: patients, was: 'export', ...texts };
    const record = originalText({ kind: 'json', value: row, envelope: { receivedMs: 0 } }) ?? '';
    const [kept] = rows.map((one) => ({ ...one, sealed: sealed(record, one, key) }) as QuarantineRow);
    const table = new Table(kept ? [kept] : []);
    const [from, apart] = [direct.log.lines.length, direct.log.quarantined.length];
    expect(await replay(table, direct)).toMatchObject({ rows: 1, replayed: 1, events: 1 });
    const taken = direct.log.lines.slice(from).map((line) => JSON.parse(line));
    expect([taken.length, taken[0].device, direct.log.quarantined.length, table.marked.size]).toEqual([
      20_000,
      undefined,
      apart,
      1,
    ]);
  });

  it('show what they would become without an identifier, and why what is refused is', async () => {
    const parsed = parseKeyRing(pseudonyms);
    const keys = 'ring' in parsed ? parsed.ring.group('helix') : undefined;
    if (!keys) throw new Error('no key');
    const columns = { time: 'wann', actor_id: 'wer', patient_id: 'ipp', action: 'was' };
    const source = { groupId: 'helix', source: 'dpi', authority: 'group', keys };
    const reading = { ...plainReading, clinic: { fixed: 'nord' } };
    let seen = 0;
    for await (const page of openedPages(new Table(rows), {}, [key], () => {}))
      for (const { record } of page) {
        const [as, was] = [{ ...reading, columns }, reading].map((one) =>
          becomes(record, { ...source, reading: one }, systemClock.now()),
        );
        expect([as?.events, as?.refused, was?.events, was?.refused]).toEqual([1, 0, 0, 1]);
        for (const [n] of records.entries())
          expect(shows(`${as?.lines.join()}${was?.lines.join()}`, identifier(n))).toBeUndefined();
        seen += 1;
      }
    expect(seen).toBe(records.length);
  });

  it('do not open with another key, nor when cut off, and the others do', async () => {
    const other = newQuarantineKey('helix', 'q-1');
    const { failed, rows: seen } = await replay(new Table(rows), fixed, [other]);
    expect([failed.length, seen]).toEqual([records.length, 0]);
    const cut = rows.map((row, n) => (n % 3 ? row : { ...row, sealed: (row.sealed ?? '').slice(0, 4 * n) }));
    const table = new Table(cut.filter(({ sealed }) => sealed));
    const { failed: wrong, replayed } = await replay(table, fixed);
    expect([wrong.length, replayed]).toEqual([records.length / 3 - 1, (records.length / 3) * 2]);
  });

  it('are taken under the token of their own source alone', async () => {
    const table = new Table(rows.map((row) => ({ ...row, source: 'other' })));
    const moved = await replay(table, fixed);
    expect([moved.failed.length, moved.rows]).toEqual([records.length, 0]);
    const line = JSON.stringify({ quarantine_id: 'a'.repeat(32), group_id: 'helix', source: 'other', record: '{}' });
    const type = { 'content-type': 'application/x-ndjson' };
    expect(await fixed.post('/v1/replays', `Bearer ${token}`, line, type)).toMatchObject({ status: 403 });
    for (const body of ['', '{}', '[1]', 'hello', '{"quarantine_id":1}'])
      expect(await fixed.post('/v1/replays', `Bearer ${token}`, body, type)).toMatchObject({ status: 400 });
  });
});

describe('vigie quarantine keygen', () => {
  it('writes the private key once, for its owner alone, and shows the public one', () => {
    const out = join(mkdtempSync(join(tmpdir(), 'vigie-keygen-')), 'helix.key');
    keygenCommand({ group: 'helix', out });
    const [own] = privateKeysOf(out);
    if (!own) throw new Error('no key');
    expect(told).toContain(entryOf(own, own.publicKey));
    expect(told).not.toContain(Buffer.from(own.privateKey).toString('base64'));
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const before = readFileSync(out, 'utf8');
    expect(() => keygenCommand({ group: 'helix', out })).toThrow(ConfigError);
    expect(readFileSync(out, 'utf8')).toBe(before);
  });
});
