import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { plainReading } from '#libs/formats/input-format.js';
import type { ConfiguredSource } from '#libs/sources/source.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { FolderInlets } from './folder-inlet.js';

const heading = 'DATE;LOGIN;IPP;SITE\n';
const row = (number: number) => `2026-11-28 08:12:03;compte${number};IPP-${number}-4711;nord\n`;
const columns = { time: 'DATE', actor_id: 'LOGIN', patient_id: 'IPP', clinic_id: 'SITE' };

let folder: string;
let clock: FakeClock;
/** Accounts of what was taken, and words of what was refused, in order. */
let taken: string[];
let told: string[];
/** Runs before a batch is taken. */
let beforeBatch: () => Promise<void> | void;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-folder-'));
  clock = new FakeClock(Date.now());
  [taken, told, beforeBatch] = [[], [], () => {}];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const tell = (message: string) => void told.push(message);

type Tools = ConstructorParameters<typeof FolderInlets>[0];

function inlets(machine = 'here'): FolderInlets {
  const source = {
    source: 'dpi',
    groupId: 'helix',
    folder,
    reading: { ...plainReading, columns },
  } as unknown as ConfiguredSource;
  const tools = {
    handOver: {
      takeItems: async ({ items }: Parameters<Tools['handOver']['takeItems']>[0]) => {
        await beforeBatch();
        return items.map(({ outcome }) => {
          taken.push(outcome.kind === 'accepted' ? outcome.value.actorId : outcome.kind === 'rejected' ? outcome.reason : '');
          return outcome.kind === 'accepted' ? { kind: 'accepted', eventId: '' } : { kind: 'refused', field: '', reason: '' };
        });
      },
    },
    sources: () => ({ file: { sources: [source] }, keys: { group: () => undefined } }),
    clock,
    metrics: { add: () => {} },
    log: { info: tell, warn: tell, error: tell },
  } as unknown as Tools;
  return new FolderInlets(tools, machine);
}

const path = (...names: readonly string[]) => join(folder, ...names);
async function looks(inlet: FolderInlets, count = 2): Promise<void> {
  for (let done = 0; done < count; done += 1) await inlet.look();
}

describe('a file that is still written', () => {
  it('comes back from where it was moved, and is read whole when it has rested', async () => {
    const inlet = inlets();
    writeFileSync(path('live.log'), heading + row(1));
    await looks(inlet);
    expect([taken.splice(0), readdirSync(path('done'))]).toEqual([['compte1'], ['live.log']]);
    // The writer has it open, wherever it lies.
    appendFileSync(path('done', 'live.log'), row(2));
    await looks(inlet);
    expect([taken, existsSync(path('live.log')), told.at(-1)]).toEqual([[], true, expect.stringContaining('.part')]);
    await clock.advance(60_000);
    await looks(inlet);
    expect([taken.splice(0), readdirSync(path('done'))]).toEqual([['compte1', 'compte2'], ['live.log']]);
    // Each time it has to rest for longer, so that a log that never ends is not read over and over.
    appendFileSync(path('done', 'live.log'), row(3));
    await looks(inlet);
    await clock.advance(60_000);
    await looks(inlet);
    expect(taken).toEqual([]);
    await clock.advance(60_000);
    await looks(inlet);
    expect(taken).toHaveLength(3);
  });

  it('comes back though it was written to while nobody ran', async () => {
    writeFileSync(path('live.log'), heading + row(1));
    writeFileSync(path('whole.csv'), heading + row(7));
    await looks(inlets());
    taken = [];
    appendFileSync(path('done', 'live.log'), row(2));
    const next = inlets();
    await looks(next);
    expect(readdirSync(path('done'))).toEqual(['whole.csv']);
    await clock.advance(60_000);
    await looks(next);
    expect(taken).toEqual(['compte1', 'compte2']);
  });

  it('is not put aside while it is read', async () => {
    const inlet = inlets();
    writeFileSync(path('live.log'), heading + row(1));
    beforeBatch = () => appendFileSync(path('.vigie', 'here=live.log'), row(2));
    await looks(inlet);
    beforeBatch = () => {};
    expect([existsSync(path('live.log')), readdirSync(path('done'))]).toEqual([true, []]);
    taken = [];
    await looks(inlet);
    await clock.advance(60_000);
    await looks(inlet);
    expect(taken).toEqual(['compte1', 'compte2']);
  });

  it('is waited for where its last line has no end, and where it was packed and cut off', async () => {
    const inlet = inlets();
    const packed = gzipSync(heading + row(2));
    writeFileSync(path('half.csv'), (heading + row(1)).slice(0, -8));
    writeFileSync(path('packed.csv.gz'), packed.subarray(0, 40));
    await looks(inlet, 3);
    expect([taken, readdirSync(path('refused'))]).toEqual([[], ['packed.csv.gz']]);
    appendFileSync(path('half.csv'), row(1).slice(-8));
    appendFileSync(path('refused', 'packed.csv.gz'), packed.subarray(40));
    await looks(inlet, 3);
    expect(taken.splice(0)).toEqual(['compte1']);
    await clock.advance(60_000);
    await looks(inlet);
    expect(taken).toEqual(['compte2']);
    writeFileSync(path('unended.csv'), (heading + row(3)).trimEnd());
    await looks(inlet);
    expect(taken).toHaveLength(1);
    await clock.advance(60_000);
    await looks(inlet);
    expect(taken.at(-1)).toBe('compte3');
  });
});

describe('what lies in a folder', () => {
  it('is unpacked by what it is and not by its name', async () => {
    writeFileSync(path('audit.log.1'), gzipSync(heading + row(1)));
    writeFileSync(path('unpacked.csv.gz'), heading + row(2));
    await looks(inlets());
    expect(taken.toSorted()).toEqual(['compte1', 'compte2']);
  });

  it('is one refusal where it is a workbook or an archive', async () => {
    writeFileSync(path('audit.xlsx'), Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.from('\n;\n'.repeat(5000))]));
    await looks(inlets());
    expect([taken, readdirSync(path('refused'))]).toEqual([['unknown_media_type'], ['audit.xlsx']]);
  });

  it('is no refusal where there was nothing to tell, every day anew', async () => {
    const inlet = inlets();
    for (const name of ['monday.csv', 'tuesday.csv']) writeFileSync(path(name), heading);
    writeFileSync(path('empty.csv'), '');
    await looks(inlet);
    expect([taken, readdirSync(path('refused')), readdirSync(path('done')).length]).toEqual([[], [], 3]);
    expect(new Set(told)).toEqual(new Set(['a file held no record']));
  });

  it('is not taken from a machine that is at work on it, however old it is', async () => {
    writeFileSync(path('old.csv'), heading + row(1));
    utimesSync(path('old.csv'), 0, 0);
    const other = inlets('there');
    beforeBatch = () => {
      beforeBatch = () => {};
      return looks(other);
    };
    await looks(inlets());
    expect([taken, readdirSync(path('done'))]).toEqual([['compte1'], ['old.csv']]);
  });
});
