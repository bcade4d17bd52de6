import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { compiledModule } from '../paths.js';
import { LogOutput } from './log-output.js';

type System = NonNullable<ConstructorParameters<typeof LogOutput>[2]>;

/** A file whose answers are said one after the other: how many bytes it takes, or the code of its failure. */
class Disk {
  text = '';
  readonly answers: (number | string)[] = [];

  readonly system = {
    writeSync: (_file: number, bytes: Buffer): number => {
      const answer = this.answers.shift() ?? bytes.length;
      if (typeof answer === 'string') throw Object.assign(new Error(answer), { code: answer });
      this.text += bytes.subarray(0, answer).toString();
      return Math.min(answer, bytes.length);
    },
  } as unknown as System;
}

function opened(): { readonly disk: Disk; readonly output: LogOutput } {
  const disk = new Disk();
  return { disk, output: new LogOutput(1, (lines) => `lost ${lines}\n`, disk.system) };
}

describe('what a log goes to', () => {
  it('has every line in order, also where it takes a part at a time', () => {
    const { disk, output } = opened();
    disk.answers.push(2, 1);
    for (const line of ['one\n', 'two\n', 'three\n']) output.write(line);
    expect(disk.text).toBe('one\ntwo\nthree\n');
  });

  it('that was full says how many lines it lacks, once, and ends the line that was cut off', () => {
    const { disk, output } = opened();
    disk.answers.push('ENOSPC', 3, 'ENOSPC');
    output.write('one\n');
    output.write('two\n');
    output.write('three\n');
    output.write('four\n');
    expect(disk.text).toBe('los\nlost 2\nthree\nfour\n');
  });

  it('that nobody reads any more gets nothing more', () => {
    const { disk, output } = opened();
    disk.answers.push('EPIPE');
    output.write('one\n');
    output.write('two\n');
    expect(disk.text).toBe('');
  });

  it.each([
    ['a full disk', () => openSync('/dev/full', 'w')],
    ['a pipe that nobody reads', () => 'pipe' as const],
  ])('may be %s: the process ends as it means to', async (_what, open) => {
    const to = open();
    const script = `import { createLog } from ${JSON.stringify(compiledModule('libs/runtime/log'))};
      process.stdin.once('data', () => {
        const log = createLog('test', 'info');
        for (let line = 0; line < 3; line += 1) log.info('a line');
        setImmediate(() => { log.error('the last'); process.exit(7); });
      });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', to, 'ignore'] });
    if (typeof to === 'number') closeSync(to);
    child.stdout?.destroy();
    child.stdin?.write('go\n');
    expect(await once(child, 'exit')).toEqual([7, null]);
  });

  it('may be a pipe that stands still: the process ends, and who reads on later has what fitted', async () => {
    const script = `import { createLog } from ${JSON.stringify(compiledModule('libs/runtime/log'))};
      const log = createLog('test', 'info');
      process.on('SIGTERM', () => process.exit(7));
      for (let line = 0; line < 20_000; line += 1) log.info('a line', { count: line });
      process.stdin.once('data', () => process.stderr.write('full'));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'pipe' });
    child.stdin.write('go\n');
    await once(child.stderr, 'data');
    // What nobody reads when a child ends is thrown away after this event.
    const read = new Promise<string>((resolve) => child.once('exit', () => resolve(text(child.stdout))));
    child.kill('SIGTERM');
    const whole = (await read).split('\n').slice(0, -1);
    expect(child.exitCode).toBe(7);
    expect(whole.length).toBeGreaterThan(100);
    expect(whole.map((line) => Number(/"count":(\d+)/.exec(line)?.[1]))).toEqual(whole.map((_line, at) => at));
  });

  it('has all lines where its reader was slow', async () => {
    const script = `import { createLog } from ${JSON.stringify(compiledModule('libs/runtime/log'))};
      const log = createLog('test', 'info');
      for (let line = 0; line < 20_000; line += 1) log.info('a line', { count: line });
      process.stderr.write('full');
      process.stdin.once('data', () => process.exit(7));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'pipe' });
    await once(child.stderr, 'data');
    const read = text(child.stdout);
    child.stdin.write('go\n');
    expect(await once(child, 'exit')).toEqual([7, null]);
    expect((await read).split('\n').length).toBe(20_001);
  });
});
