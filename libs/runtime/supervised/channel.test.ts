import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { compiledModule } from '../paths.js';
import { freePortBase } from '#libs/testkit/free-ports.js';

describe('a service whose starter was ended by force', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-channel-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['scorer', 'clickhouse'])(
    'ends too, also where it has not begun yet, with nobody to read what it says: %s',
    async (name) => {
      // Both have a pipe to this test, which closes when the last of them has ended.
      const starter = `import { spawn } from 'node:child_process';
      const child = spawn(process.execPath, [${JSON.stringify(compiledModule(`services/${name}/main`))}], { stdio: ['ignore', 'pipe', 'pipe', 'ipc', 3] });
      child.once('spawn', () => process.kill(process.pid, 'SIGKILL'));`;
      const env = {
        ...process.env,
        UV_THREADPOOL_SIZE: '24',
        VIGIE_DATA_DIR: folder,
        VIGIE_PORT_BASE: String(await freePortBase()),
      };
      const child = spawn(process.execPath, ['--input-type=module', '-e', starter], {
        env,
        stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
      });
      const held = child.stdio[3] as Readable;
      held.resume();
      const [[, signal]] = await Promise.all([once(child, 'exit'), once(held, 'close')]);
      expect(signal).toBe('SIGKILL');
    },
  );
});
