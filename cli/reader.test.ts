import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { compileCache, compiledModule } from '#libs/runtime/paths.js';
import { endsWithItsReader } from './reader.js';

/** More than a pipe holds. */
const identifiers = Array.from({ length: 50_000 }, (_, number) => `80${number}\n`).join('');

const env = {
  ...compileCache(),
  VIGIE_PSEUDONYM_KEYS: `aleo:k1=${randomBytes(32).toString('base64')}`,
};

describe('a command whose output', () => {
  it('nobody reads any more, as behind head, ends without a word', async () => {
    const child = spawn(process.execPath, [compiledModule('cli/vigie'), 'pseudonymise', '--group', 'aleo'], { env });
    child.stdin.on('error', () => {});
    child.stdin.end(identifiers);
    let said = '';
    child.stderr.on('data', (chunk) => (said += String(chunk)));
    const ended = once(child, 'close');
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect([(await ended)[0], said]).toEqual([0, '']);
  });

  it('is read, and whose connection to a service breaks, has failed', () => {
    const output = new PassThrough();
    const isOfOutput = endsWithItsReader(output, new PassThrough());
    const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    expect(isOfOutput(broken)).toBe(false);
    output.emit('error', broken);
    expect(isOfOutput(broken)).toBe(true);
  });

  const full = '/dev/full';
  (existsSync(full) ? it : it.skip)(`takes nothing, as on a full disk, says so and ends with 1 (needs ${full})`, async () => {
    const child = spawn(process.execPath, [compiledModule('cli/vigie'), 'pseudonymise', '--group', 'aleo'], {
      env,
      stdio: ['pipe', openSync(full, 'w'), 'pipe'],
    });
    child.stdin?.end('8001234\n');
    let said = '';
    child.stderr?.on('data', (chunk) => (said += String(chunk)));
    expect((await once(child, 'close'))[0]).toBe(1);
    expect(said).toMatch(/^vigie: [^\n]*the disk has no room left[^\n]*\n$/);
  });
});
