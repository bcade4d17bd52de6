import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { memoryFolder } from './memory-folder.mjs';
import { SharedEnvironment } from './shared-environment.mjs';
import { filesOf } from './times.mjs';

describe('what a test file changes of the process', () => {
  it('is put back behind it', async () => {
    const before = { exit: process.exit, console: globalThis.console, folder: process.cwd(), path: process.env['PATH'] };
    delete process.env['VIGIE_TEST_TIMES'];
    const environment = new SharedEnvironment({}, { testPath: 'a.test.ts' });
    await environment.setup();
    process.env['PATH'] = '/nowhere';
    process.env['VIGIE_TEST_LEFT'] = '1';
    process.chdir('/');
    process.exit = (() => {}) as unknown as typeof process.exit;
    globalThis.console = { ...console };
    await environment.teardown();
    expect(process.env['VIGIE_TEST_LEFT']).toBeUndefined();
    expect({ exit: process.exit, console: globalThis.console, folder: process.cwd(), path: process.env['PATH'] }).toEqual(before);
  });
});

describe('the times of a worker', () => {
  it('count what it used before a file to that file, and what ends between two files to the later one', () => {
    const lines = [
      { what: 'begins', path: 'a', at: 1_000, own: 300, children: 0, rss: 1 },
      { what: 'is loaded', path: 'a', at: 1_100, own: 400, children: 0, rss: 2 },
      { what: 'ends', path: 'a', at: 5_000, own: 1_400, children: 900, rss: 3 },
      { what: 'begins', path: 'b', at: 5_010, own: 1_410, children: 950, rss: 4 },
      { what: 'ends', path: 'b', at: 5_020, own: 1_420, children: 950, rss: 5 },
    ];
    expect(filesOf(lines.map((line) => JSON.stringify(line)).join('\n'))).toEqual([
      { path: 'a', began: 1_000, own: 1_400, loading: 400, children: 900, wall: 4_000, rss: 3 },
      { path: 'b', began: 5_010, own: 20, loading: 10, children: 50, wall: 10, rss: 5 },
    ]);
  });
});

describe('a folder in memory', () => {
  it('is this process’s own, and removes what killed ones have left and nothing of those that run', () => {
    const around = mkdtempSync(join(tmpdir(), 'vigie-around-'));
    const [killed, other] = ['vigie-4194305-Ab12Cd', `vigie-${process.ppid}-Ab12Cd`];
    for (const name of [killed, other, 'vigie-store-4194305']) mkdirSync(join(around, name));
    const made = memoryFolder(around, 0);
    expect(readdirSync(around).toSorted()).toEqual([basename(made ?? ''), other, 'vigie-store-4194305'].toSorted());
    expect(made).toContain(`vigie-${process.pid}-`);
    rmSync(around, { recursive: true });
  });

  it('is none where there is too little room, or no memory', () => {
    const around = mkdtempSync(join(tmpdir(), 'vigie-around-'));
    expect([memoryFolder(around, Number.MAX_SAFE_INTEGER), memoryFolder(join(around, 'none'), 1)]).toEqual([
      undefined,
      undefined,
    ]);
    expect(readdirSync(around)).toEqual([]);
    rmSync(around, { recursive: true });
  });
});

describe('a stack', () => {
  it('names the lines of the source', () => {
    interface NotThereAtRunTime {
      readonly some: number;
    }
    const one: NotThereAtRunTime = { some: 1 };
    const { stack = '' } = new Error(String(one.some));
    expect(stack.split('\n')[1]).toMatch(/scripts\/testing\/testing\.test\.ts:71:/);
  });
});

describe('characters of any kind', () => {
  it('are those of fast-check itself, by the same seeds, and shrink as they do', () => {
    // In a process of its own: fast-check is another one here, and its table of characters would stay.
    const program = `
      import * as fc from 'fast-check';
      import { stringsOf } from './scripts/testing/characters.mjs';
      const said = [fc.string, stringsOf(fc)].map((string) => {
        const texts = fc.tuple(string({ unit: 'binary', maxLength: 40 }), string({ unit: 'binary', minLength: 3, size: '+1' }), string({ maxLength: 5 }));
        const failed = fc.check(fc.property(texts, ([text]) => !/[\\u{2000}-\\u{10ffff}]/u.test(text)), { seed: 7 });
        return JSON.stringify([fc.sample(texts, { seed: 5, numRuns: 200 }), failed.counterexample, failed.counterexamplePath, failed.numShrinks]);
      });
      console.log(said[0].length > 10_000 && said[0] === said[1]);`;
    const answer = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    expect(answer.trim()).toBe('true');
  });
});
