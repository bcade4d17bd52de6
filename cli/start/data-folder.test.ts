import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigError } from '#libs/runtime/config.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import {
  demonstrationFile,
  emptyForDemonstration,
  keepFromDemonstrations,
  refuseWhileRunning,
  startFile,
  takeDataFolder,
} from './data-folder.js';

describe('a data folder', () => {
  let folder: string;
  let path: string;
  let clock: FakeClock;
  const said: string[] = [];
  const tools = () => ({ clock, say: (text: string) => said.push(text) });
  const take = () => takeDataFolder(folder, 7420, tools());
  /** As another start writes it, with some of it otherwise. */
  const written = async (change: object, more: object = {}) => {
    const { leave } = await take();
    const record = JSON.parse(readFileSync(path, 'utf8')) as { process: object };
    leave();
    writeFileSync(path, JSON.stringify({ ...record, ...more, process: { ...record.process, ...change } }));
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-data-folder-'));
    path = join(folder, startFile);
    clock = new FakeClock();
    said.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is emptied for a demonstration where it is empty or another one has written it, and by none where anything else is in it', () => {
    const key = join(folder, 'keys', 'pseudonyms.helix.key');
    const filled = () => {
      mkdirSync(join(folder, 'keys'), { recursive: true });
      writeFileSync(key, 'a key');
    };
    filled();
    expect(() => emptyForDemonstration(folder, false)).toThrow(ConfigError);
    expect(() => emptyForDemonstration(folder, false)).toThrow(`${folder} holds more than a demonstration`);
    expect(readFileSync(key, 'utf8')).toBe('a key');
    rmSync(join(folder, 'keys'), { recursive: true });
    for (let time = 0; time < 2; time += 1) {
      emptyForDemonstration(folder, false);
      expect(readdirSync(folder)).toEqual([demonstrationFile]);
      filled();
    }
    // Somebody has started over it without a demonstration: what comes from now on is theirs.
    keepFromDemonstrations(folder);
    expect(() => emptyForDemonstration(folder, false)).toThrow(ConfigError);
    expect(readFileSync(key, 'utf8')).toBe('a key');
    // The folder that demonstrations take by themselves.
    emptyForDemonstration(folder, true);
    expect(readdirSync(folder)).toEqual([demonstrationFile]);
    emptyForDemonstration(join(folder, 'not', 'there'), false);
    expect(readdirSync(join(folder, 'not', 'there'))).toEqual([demonstrationFile]);
  });

  it('is of one start at a time, and free again when that has ended', async () => {
    const { leave } = await take();
    const refused = take();
    await expect(refused).rejects.toThrow(ConfigError);
    await expect(refused).rejects.toThrow(
      new RegExp(`already running over ${folder} \\(process ${process.pid}, from port 7420 on\\); stop it first`),
    );
    leave();
    (await take()).leave();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is taken at once from a start that was ended by force', async () => {
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'exit');
    await written({ pid: ended.pid });
    const { leave } = await take();
    await expect(take()).rejects.toThrow('already running');
    leave();
  });

  it('of a start that was ended by force is taken once what it had started has ended, or refused by their numbers', async () => {
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'exit');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const { note, leave } = await take();
    note(ended.pid ?? 0);
    note(child.pid ?? 0);
    const { children } = JSON.parse(readFileSync(path, 'utf8')) as { children: { pid: number }[] };
    expect(children.map(({ pid }) => pid)).toEqual([child.pid]);
    leave();
    await written({ pid: ended.pid }, { children });
    const refused = expect(refuseWhileRunning(folder, tools())).rejects.toThrow(
      `(processes ${child.pid}), although it should have ended; end them (kill -9 ${child.pid})`,
    );
    await clock.advance(30_000);
    await refused;
    const taken = take();
    expect(said.at(-1)).toMatch(`(process ${ended.pid}) was ended by force; waiting until`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await clock.advance(500);
    (await taken).leave();
  });

  it('is taken from one whose number another process has been given since', async () => {
    await written({ startedAt: '1' });
    (await take()).leave();
  });

  it.each([
    ['of another container', { host: 'elsewhere' }],
    ['of which the system does not say when it began', { startedAt: '' }],
    ['whose file was cut short', undefined],
  ])('is left to one %s that gives signs of life, and taken from one that is silent', async (_which, change) => {
    if (change) await written(change);
    else writeFileSync(path, '{"process":');
    const alive = refuseWhileRunning(folder, tools());
    await clock.advance(500);
    utimesSync(path, 7, 7);
    const [outcome] = await Promise.allSettled([alive, clock.advance(500)]);
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(ConfigError) });
    const taken = take();
    await clock.advance(3_000);
    (await taken).leave();
  });
});
