import { spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { compiledModule } from '../paths.js';

it('a process without a terminal goes on when it is hung up', () => {
  const module = JSON.stringify(compiledModule('libs/runtime/environment/hang-up'));
  const script = `const { outliveHangUp } = await import(${module});
    outliveHangUp();
    process.kill(process.pid, 'SIGHUP');
    process.exit(7);`;
  const { status, signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' });
  expect({ status, signal }).toEqual({ status: 7, signal: null });
});
