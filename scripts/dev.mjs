/** `npm run dev SERVICE`: compiles and runs one service, and does both again at every change. Ctrl-C ends it. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, node, root } from './prepare.mjs';

const services = Object.keys(JSON.parse(readFileSync(join(root, 'nest-cli.json'), 'utf8')).projects);
const [service = '', ...more] = process.argv.slice(2);
if (!services.includes(service)) {
  console.error(`npm run dev SERVICE: which one? ${services.join(', ')}`);
  process.exit(2);
}
install();
const nest = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
const child = spawn(node, [nest, 'start', service, '--watch', ...more], { stdio: 'inherit', cwd: root });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
