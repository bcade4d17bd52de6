import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs, { closeSync, openSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { compiledModule } from '../paths.js';
import { LogOutput } from './log-output.js';

type System = NonNullable<ConstructorParameters<typeof LogOutput>[2]>;

/** A file whose answers are said one after the other: how many bytes it takes, or the code of its failure. */
class Disk {
  text = '';
  readonly #hands: (() => void)[] = [];
  readonly answers: (number | string)[] = [];

  readonly system = {
    writeSync: fs.writeSync,
    write: (_file: number, bytes: Buffer, done: (cause: NodeJS.ErrnoException | null, written: number) => void) => {
      this.#hands.push(() => {
        const answer = this.answers.shift() ?? bytes.length;
        if (typeof answer === 'string') return done(Object.assign(new Error(answer), { code: answer }), 0);
        this.text += bytes.subarray(0, answer).toString();
        done(null, answer);
      });
    },
  } as unknown as System;

  /** Answers until nothing is in hand. */
  settle(): void {
    for (let hand = this.#hands.shift(); hand; hand = this.#hands.shift()) hand();
  }
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
    disk.settle();
    expect(disk.text).toBe('one\ntwo\nthree\n');
  });

  it('that was full says how many lines it lacks, once, and ends the line that was cut off', () => {
    const { disk, output } = opened();
    disk.answers.push('ENOSPC', 3, 'ENOSPC');
    output.write('one\n');
    output.write('two\n');
    output.write('three\n');
    disk.settle();
    output.write('four\n');
    disk.settle();
    output.write('five\n');
    disk.settle();
    expect(disk.text).toBe('los\nlost 3\nfour\nfive\n');
  });

  it('that nobody reads any more gets nothing more', () => {
    const { disk, output } = opened();
    disk.answers.push('EPIPE');
    output.write('one\n');
    disk.settle();
    output.write('two\n');
    disk.settle();
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
});
