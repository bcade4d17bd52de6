import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiledModule } from '#libs/runtime/paths.js';
import { backtestReport, type RunBacktest } from './backtests.js';

/** Bytes of what a backtest may print. */
const printedBytesMax = 64 * 1024 * 1024;
/** Characters of why it failed that people are told. */
const saidMax = 2_000;
/** What a backtest may take, milliseconds. */
const runMsMax = 30 * 60_000;

/**
 * Runs `vigie backtest` in a process of its own, which judges by the rules of a folder made for it, beside those in use. `env` is the environment of the
 * console: by it the process finds the store. Judging takes a processor for minutes, which the answers of this process must not wait for.
 */
export function backtestProcess(rulesFolder: string, env: Readonly<Record<string, string | undefined>>): RunBacktest {
  return async ({ files, from, to }, signal) => {
    const folder = await mkdtemp(join(tmpdir(), 'vigie-backtest-'));
    try {
      await Promise.all(
        files.map(({ text }, place) => writeFile(join(folder, `${String(place).padStart(5, '0')}.yml`), text, { mode: 0o600 })),
      );
      const args = [
        compiledModule('cli/vigie'),
        'backtest',
        '--rules',
        folder,
        '--baseline',
        rulesFolder,
        '--from',
        from,
        '--to',
        to,
        '--format',
        'json',
      ];
      const printed = await printedBy(args, env, AbortSignal.any([signal, AbortSignal.timeout(runMsMax)]));
      return backtestReport.parse(JSON.parse(printed));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

function printedBy(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    let bytes = 0;
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > printedBytesMax) child.kill();
      else out.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-saidMax)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (bytes > printedBytesMax)
        reject(new Error(`it found more than ${printedBytesMax} bytes of incidents: try a shorter period`));
      else if (code === 0) resolve(Buffer.concat(out).toString());
      else reject(new Error(said.trim() || `the process of the backtest ended with ${code}`));
    });
  });
}
