import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { systemClock } from '#libs/runtime/clock.js';
import { silentLog } from '#libs/runtime/log.js';
import { joinAs, Recorder, until } from '../contract-tools.js';
import type { EventLog, Frame } from '../port.js';
import { embeddedSigning } from '../signing/signing-config.js';
import { Disk } from './disk.js';
import { openEmbeddedLog } from './embedded-log.js';
import { defaultRetention, removeOld } from './retention.js';

const topics = { accesses: 2, incidents: 2 };
const at = { topic: 'accesses', partition: 0 };
const tools = { clock: systemClock, log: silentLog };
let dataDir: string;
const open: EventLog[] = [];
let groups = 0;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'vigie-signed-'));
});
afterEach(async () => {
  for (const log of open.splice(0)) await log.close();
  await rm(dataDir, { recursive: true });
});

describe('the embedded log', () => {
  it('believes what services append, and nothing that lies beside it, whatever was changed', async () => {
    const log = await ours();
    const texts = ['first', '', 'third', 'fourth'];
    for (const text of texts) await log.append(at, Buffer.from(text));
    await log.append({ ...at, partition: 1 }, Buffer.from('of another partition'));
    await log.append({ ...at, topic: 'incidents' }, Buffer.from('of another topic'));
    expect(await readAll(log)).toEqual(texts);
    const strange = fc.record({
      what: fc.constantFrom('bytes', 'signature', 'cut', 'gone', 'of partition', 'of topic'),
      offset: fc.nat(3),
      where: fc.nat(),
      flip: fc.integer({ min: 1, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(strange, async (change) => {
        const undo = await spoil(change);
        const read = await readAll(log);
        await undo();
        // Bits of the stamp, or the two of a signature's last character that say nothing, change nothing.
        const fault = read[change.offset];
        expect(fault === texts[change.offset] ? 'believed' : String(fault)).toMatch(/^(unsigned|unknown_key|wrong_signature)$/);
        expect(read.toSpliced(change.offset, 1)).toEqual(texts.toSpliced(change.offset, 1));
      }),
      { numRuns: 60 },
    );
  });

  it('sets aside what somebody without the key appends, and goes on', async () => {
    const log = await ours();
    await log.append(at, Buffer.from('ours'));
    const rogue = await strangers();
    for (const text of ['forged', '', '{"time":'.repeat(100)]) await rogue.append(at, Buffer.from(text));
    await log.append(at, Buffer.from('ours again'));
    expect(await readAll(log)).toEqual(['ours', 'unsigned', 'unsigned', 'unsigned', 'ours again']);
  });

  it('believes what an earlier version wrote, up to where it ended when the key was made', async () => {
    const before = await strangers();
    for (const text of ['old', 'older']) await before.append(at, Buffer.from(text));
    const log = await ours();
    await before.append(at, Buffer.from('forged'));
    await before.append({ ...at, partition: 1 }, Buffer.from('forged'));
    await log.append(at, Buffer.from('new'));
    expect(await readAll(await ours())).toEqual(['old', 'older', 'unsigned', 'new']);
    expect(await readAll(log, { ...at, partition: 1 })).toEqual(['unsigned']);
  });

  it('has one key, of its owner alone, however many processes begin at the same moment', async () => {
    const logs = await Promise.all([ours(), ours(), ours()]);
    for (const [index, log] of logs.entries()) await log.append(at, Buffer.from(`${index}`));
    for (const log of logs) expect(await readAll(log)).toEqual(['0', '1', '2']);
    expect((await stat(keyFile())).mode & 0o777).toBe(0o600);
  });

  it('signs by a key that is given and goes on believing its own', async () => {
    await (await ours()).append(at, Buffer.from('own'));
    const key = `given=${randomBytes(32).toString('base64')}`;
    await (await ours(key)).append(at, Buffer.from('given'));
    expect(await readAll(await ours(`new=${randomBytes(32).toString('base64')}\n${key}`))).toEqual(['own', 'given']);
    // The third is the mark of the reading before, which `new` has signed.
    expect(await readAll(await ours())).toEqual(['own', 'unknown_key', 'unknown_key']);
  });

  it('says that its key was spoilt instead of making another one', async () => {
    await ours();
    await writeFile(keyFile(), (await readFile(keyFile(), 'utf8')).replace('own-1=', 'own-1='.repeat(2)));
    await expect(ours()).rejects.toThrow(/frames\.key: key 1: expected key_id=base64.*backup/);
  });

  it('forgets the signatures of frames that are removed', async () => {
    const log = await ours();
    for (let n = 0; n < 3; n += 1) await log.append(at, Buffer.from(`${n}`));
    const disk = new Disk(join(dataDir, 'log'), 1 << 28);
    expect(disk.signatures.getKeysCount()).toBe(3);
    await removeOld({ disk, now: () => systemClock.now() + 1000, limits: { ...defaultRetention, retentionMs: 0 } });
    expect([disk.frames.getKeysCount(), disk.signatures.getKeysCount()]).toEqual([0, 0]);
    await disk.close();
  });
});

/** As a service opens it. */
async function ours(VIGIE_FRAME_KEYS = ''): Promise<EventLog> {
  const signing = embeddedSigning({ VIGIE_DATA_DIR: dataDir, VIGIE_FRAME_KEYS, VIGIE_FRAMES_SIGNED_SINCE: undefined }, tools);
  return opened({ signing });
}

/** As somebody opens it who may write its files and has no key, or as a version did that knew of none. */
async function strangers(): Promise<EventLog> {
  return opened({});
}

async function opened(options: object): Promise<EventLog> {
  const log = await openEmbeddedLog({ directory: join(dataDir, 'log'), topics, ...options });
  open.push(log);
  return log;
}

function keyFile(): string {
  return join(dataDir, 'keys', 'frames.key');
}

/** Each frame's text, or the fault for which it is not believed. */
async function readAll(log: EventLog, of = at): Promise<readonly string[]> {
  const mark = await log.append(of, Buffer.from('mark'));
  const frames: Frame[] = [];
  const reader = new Recorder({
    frames: async ({ partition }, some) => void (partition === of.partition && frames.push(...some)),
  });
  const membership = await joinAs(log, `group-${(groups += 1)}`, of.topic, reader);
  await until('the mark', () => frames.at(-1)?.offset === mark);
  await membership.leave();
  const texts = frames.map(({ bytes, unreadable }) => unreadable?.reason ?? bytes.toString());
  return texts.slice(0, -1).filter((text) => text !== 'mark');
}

/** Changes what lies in the files; the answer puts it back. */
async function spoil({ what, offset, where, flip }: { what: string; offset: number; where: number; flip: number }) {
  const disk = new Disk(join(dataDir, 'log'), 1 << 28);
  const key: [string, number, number] = [at.topic, at.partition, offset];
  const [frame, signature] = [copy(disk.frames.getBinary(key)), copy(disk.signatures.getBinary(key))];
  const put = (value: Buffer, into = disk.signatures) => disk.writeFrames(() => void into.put(key, value));
  // Behind the stamp, and for an empty frame one byte more.
  const stamp = 8;
  const bytes = frame.length === stamp ? Buffer.concat([frame, Buffer.of(0)]) : copy(frame);
  const at0 = stamp + (where % (bytes.length - stamp));
  bytes[at0] = (bytes[at0] ?? 0) ^ flip;
  const changed = copy(signature);
  const at1 = where % (changed.length - 1);
  changed[at1] = (changed[at1] ?? 0) ^ flip;
  if (what === 'bytes') await put(bytes, disk.frames);
  if (what === 'signature') await put(changed);
  if (what === 'cut') await put(signature.subarray(0, where % signature.length));
  if (what === 'gone') await disk.writeFrames(() => void disk.signatures.remove(key));
  if (what === 'of partition') await put(copy(disk.signatures.getBinary([at.topic, 1, 0])));
  if (what === 'of topic') await put(copy(disk.signatures.getBinary(['incidents', 0, 0])));
  return async () => {
    await put(frame, disk.frames);
    await put(signature);
    await disk.close();
  };
}

function copy(bytes: Buffer | undefined): Buffer {
  return Buffer.from(bytes ?? '');
}
