import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { aMonday, anAccessRow, anEvent, anEventId } from '#libs/testkit/builders.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import type { RowFilter } from './row-block.js';
import { RowFiles } from './row-files.js';

const everything: RowFilter = { fromMs: 0, toMs: Date.UTC(2100, 0, 1) };
const minute = 60_000;

describe('rows of files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigie-row-files-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function fileOf(name: string, content: string | Buffer): Promise<string> {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  }

  it('come in order of time, whatever files they lie in, packed or not, in whatever order, each at its own place', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(0, 50),
        async (files, disorderMs) => {
          const paths: string[] = [];
          for (const [number, times] of files.entries())
            paths.push(
              await fileOf(`${number}`, packed(number, times.map((ms, line) => lineOf(ms, `${number}:${line + 1}`)).join(''))),
            );
          const read = await readAll(paths, everything, disorderMs);
          const wanted = files.flatMap((times, number) => times.map((ms, line) => ({ ms, at: `${paths[number]}:${line + 1}` })));
          expect(read.map(({ at }) => at).toSorted()).toEqual(wanted.map(({ at }) => at).toSorted());
          let newest = 0;
          for (const { row, at } of read) {
            expect(at).toBe(`${paths[Number(row.actor_id.split(':')[0])]}:${row.actor_id.split(':')[1]}`);
            expect(Date.parse(row.time)).toBeGreaterThanOrEqual(newest - disorderMs);
            newest = Math.max(newest, Date.parse(row.time));
          }
        },
      ),
      { numRuns: casesOf(25, 200) },
    );
  });

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['followed by something else', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('\0')])],
  ])('are not read from a packed file that is %s', async (_what, spoil) => {
    for (const pack of [gzipSync, zstdCompressSync]) {
      const path = await fileOf(
        'rows',
        spoil(Buffer.concat([pack(Buffer.from(lineOf(0, 'a'))), pack(Buffer.from(lineOf(1, 'a')))])),
      );
      await expect(readAll([path], everything, 0)).rejects.toThrow(/rows cannot be read: .*(cut off|lies something)/);
    }
  });

  it('are those of the interval, its end outside, of the group and of the account', async () => {
    const rows = [0, 1, 2, 3].flatMap((n) =>
      [
        ['helix', 'a'],
        ['helix', 'b'],
        ['other', 'a'],
      ].map(([group_id, actor_id]) =>
        anAccessRow({ time: iso(n * minute), ...(group_id && { group_id }), ...(actor_id && { actor_id }) }),
      ),
    );
    const path = await fileOf('rows', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const filter = { fromMs: aMonday + minute, toMs: aMonday + 3 * minute, groupId: 'helix', actorId: 'a' };
    const read = await readAll([path], filter, 0);
    expect(read.map(({ row }) => [row.group_id, row.actor_id, Date.parse(row.time) - aMonday])).toEqual([
      ['helix', 'a', minute],
      ['helix', 'a', 2 * minute],
    ]);
  });

  it('are read as ClickHouse exports them: times with a blank, nulls and empty texts for what is absent', async () => {
    const row = anAccessRow({ mfa: true, actor_role: 'nurse, says "x":null' });
    const exported = {
      ...row,
      time: blanked(row.time),
      received_at: blanked(row.received_at),
      privileged: null,
      emergency: null,
      record_count: '5',
      purpose: '',
      categories: [],
      extra: '',
    };
    const path = await fileOf('rows', `${JSON.stringify(row)}\n${JSON.stringify(exported)}\n`);
    const { privileged: _, emergency: _none, ...rest } = exported;
    expect((await readAll([path], everything, 0)).map((one) => one.row)).toEqual([
      row,
      { ...rest, time: row.time, received_at: row.received_at, record_count: 5 },
    ]);
  });

  it.each([
    ['no JSON', 'nonsense', 'it is not one JSON object'],
    ['no object', '[1]', 'it is not one JSON object'],
    ['no time', '{"actor_id":"a"}', 'time is missing or not as in 2026-01-05T09:00:00.000Z'],
    ['a time without milliseconds', '{"time":"2026-01-05T09:00:00Z"}', 'time is missing or not as in 2026-01-05T09:00:00.000Z'],
    [
      'an event',
      JSON.stringify({ ...anEvent(), time: '2026-01-05T09:00:00Z' }),
      "it is an event in Vigie's input format, with patient_ids",
    ],
    ['an endless line', 'x'.repeat(3 * 1024 * 1024), 'it has more than 1 MiB'],
  ])('name a line with %s by file and line, and nothing else is lost', async (_, line, reason) => {
    const path = await fileOf('rows', `${lineOf(0, 'a')}\n${line}\r\n${lineOf(1, 'b')}${lineOf(2, 'c').trimEnd()}`);
    const files = new RowFiles([path], everything, 0);
    expect(await files.count(() => {})).toBe(3);
    expect(files.bad.count).toBe(1);
    expect(files.bad.told()[0]).toContain(`${path}:3: ${reason}`);
    expect((await rowsOf(files)).map(({ row, at }) => [row.actor_id, at])).toEqual([
      ['a', `${path}:1`],
      ['b', `${path}:4`],
      ['c', `${path}:5`],
    ]);
  });

  it('that must be sorted leave no temporary file behind, even when reading ends early', async () => {
    const path = await fileOf('rows', lineOf(60_000, 'a') + lineOf(0, 'b'));
    const before = await temporary();
    const files = new RowFiles([path], everything, 0);
    await files.count(() => {});
    const frames = files.frames();
    await frames.next();
    await frames.return(undefined);
    expect(await temporary()).toEqual(before);
  });

  it('of a file that ends in the middle are an error that names it', async () => {
    const whole = gzipSync(Buffer.from(lineOf(0, 'a').repeat(1000)));
    const path = await fileOf('rows.gz', whole.subarray(0, whole.length / 2));
    await expect(new RowFiles([path], everything, 0).count(() => {})).rejects.toThrow(`${path} cannot be read`);
  });

  it('of a file that is not there, or of a folder, are an error that says what to give', async () => {
    await expect(new RowFiles([join(folder, 'none')], everything, 0).count(() => {})).rejects.toThrow('none cannot be read');
    await expect(new RowFiles([folder], everything, 0).count(() => {})).rejects.toThrow('give the files themselves');
  });
});

interface Read {
  readonly row: AccessRow;
  readonly at: string;
}

async function readAll(paths: readonly string[], filter: RowFilter, disorderMsMax: number): Promise<readonly Read[]> {
  const files = new RowFiles(paths, filter, disorderMsMax);
  const count = await files.count(() => {});
  const read = await rowsOf(files);
  expect(count).toBe(read.length);
  return read;
}

async function rowsOf(files: RowFiles): Promise<readonly Read[]> {
  const read: Read[] = [];
  for await (const { bytes, placeOf } of files.frames()) {
    const lines = Buffer.from(bytes).toString().split('\n').filter(Boolean);
    read.push(...lines.map((line, index) => ({ row: JSON.parse(line) as AccessRow, at: placeOf(index + 1) })));
  }
  return read;
}

async function temporary(): Promise<readonly string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('vigie-backtest-')).toSorted();
}

/** As files are that were packed line by line, or put together from packed ones. */
function packed(number: number, text: string): string | Buffer {
  if (number % 3 === 0) return text;
  const parts = text.split(/(?<=\n)/);
  if (number % 3 === 1) return Buffer.concat(parts.map((part) => gzipSync(part)));
  return Buffer.concat([skippable, ...parts.map((part) => zstdCompressSync(part)), skippable]);
}

const skippable = Buffer.from('502a4d1804000000deadbeef', 'hex');

function lineOf(ms: number, actor: string): string {
  return `${JSON.stringify(anAccessRow({ time: iso(ms), actor_id: actor, event_id: anEventId(actor) }))}\n`;
}

function iso(ms: number): string {
  return new Date(aMonday + ms).toISOString();
}

function blanked(time: string): string {
  return time.replace('T', ' ').replace('Z', '');
}
