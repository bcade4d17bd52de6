import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { compiledModule } from '#libs/runtime/paths.js';
import { freePortBase } from '#libs/testkit/free-ports.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-spawn-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a ClickHouse that a command started', () => {
  it('ends with the command, also where that is killed: it would keep the port, and answer for a store that is gone', async () => {
    const options = { portBase: await freePortBase(), directory: folder };
    const script = `import { spawnClickHouse } from ${JSON.stringify(compiledModule('services/clickhouse/spawn'))};
      import { systemClock } from ${JSON.stringify(compiledModule('libs/runtime/clock'))};
      const { url } = await spawnClickHouse(systemClock, ${JSON.stringify(options)});
      console.log(url);`;
    const command = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = await once(command.stdout, 'data');
    const socket = connect(Number(new URL(String(said).trim()).port), '127.0.0.1');
    await once(socket, 'connect');
    command.kill('SIGKILL');
    await once(socket, 'close');
    expect(await fetch(String(said).trim()).catch(() => 'nobody answers')).toBe('nobody answers');
  });
});
