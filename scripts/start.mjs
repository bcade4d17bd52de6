/**
 * `npm start [-- --demo ...]`: installs and builds what is missing, then hands over to the supervisor under the project's own Node.
 * package.json runs it by `exec`: a shell in between would die of SIGTERM at once, and npm would be gone before anything is drained.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { environment, node, prepare, root } from './prepare.mjs';

prepare();
// By the channel it learns that this process is gone, however it ended: nobody would be left to pass signals on.
const child = spawn(node, [join(root, 'dist', 'cli', 'vigie.js'), 'start', ...process.argv.slice(2)], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  cwd: root,
  env: environment(),
});
// Ctrl-C and `kill` reach the whole process group: wait for the supervisor's orderly end instead of dying before it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
