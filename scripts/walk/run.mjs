/** `npm run walk [-- --road]`: walks one event, by the project's own Node. See walk.mjs. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { environment, install, node, root } from '../prepare.mjs';

install();
const walk = join(root, 'scripts', 'walk', 'walk.mjs');
const { status } = spawnSync(node, [walk, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit', env: environment() });
process.exit(status ?? 1);
