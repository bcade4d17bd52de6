#!/usr/bin/env node
/** The `vigie` command: runs dist/cli/vigie.js under the project's own Node, building it first where it is missing. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { environment, node, prepare, root } from '../scripts/prepare.mjs';

const entry = join(root, 'dist', 'cli', 'vigie.js');
if (!existsSync(entry) || !existsSync(node)) prepare();
// By the channel a start learns that this process is gone, however it ended.
const child = spawn(node, [entry, ...process.argv.slice(2)], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: environment(),
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
