/** `node scripts/run.mjs <module below dist/> [arguments]`: prepares, then runs that compiled module under the project's own Node. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { node, prepare, root } from './prepare.mjs';

prepare();
const [module, ...args] = process.argv.slice(2);
const child = spawn(node, [join(root, 'dist', `${module}.js`), ...args], {
  stdio: 'inherit',
  cwd: process.env.INIT_CWD ?? process.cwd(),
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
