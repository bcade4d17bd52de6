/** `npm run image:test -- [--image vigie:0.1.0]`: runs an image of the services as docker-compose.yml does, over a real Kafka, and checks the road. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { containerEngine, Containers } from './container-engine.js';
import { ImageRoad } from './image-road.js';
import { systemClock } from '#libs/runtime/clock.js';

const bytesMax = 300 * 1000 * 1000;
/** Looking at an image needs none, and some machines have none to give. */
const noNetwork = ['--network', 'none'];

const command = new Command('npm run image:test --')
  .description('run an image of the services as docker-compose.yml does, over a real Kafka: an hour, two kills, a stop')
  .option('--image <name>', 'made by npm run image', 'vigie:0.1.0');
const { image } = command.parse().opts<{ image: string }>();
const engine = containerEngine();
if (!engine) {
  process.stderr.write('image:test: neither docker nor podman answers here; install one of them\n');
  process.exit(1);
}
const say = (text: string) => process.stdout.write(`image:test: ${text}\n`);
const folder = mkdtempSync(join(tmpdir(), 'vigie-image-'));
const run = `vigie-image-${process.pid}`;
const containers = new Containers(engine, image, run);
const road = new ImageRoad({ clock: systemClock, containers, run, folder, say });
let failure: unknown;
try {
  await checkContents();
  await road.start();
  await road.expectRights();
  say('each runs as 10001, without a capability, and writes to /data and /tmp alone');
  await road.expectRoad(await road.feedAndKill());
  say(`vigie doctor, in the container of the scorer:\n${await road.doctor()}`);
  await road.stopAll();
} catch (cause) {
  failure = cause;
  process.stderr.write(`image:test: ${cause instanceof Error ? cause.message : String(cause)}\n`);
} finally {
  await road.end();
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(failure === undefined ? '1 passed, 0 failed\n' : '0 passed, 1 failed\n');
process.exit(failure === undefined ? 0 : 1);

/** Small, with the command and the pages that it points to, and without what only tests and the embedded default need. */
async function checkContents(): Promise<void> {
  const bytes = await containers.size();
  if (bytes > bytesMax)
    throw new Error(`${image} takes ${(bytes / 1e6).toFixed(0)} MB; the services take ${bytesMax / 1e6} MB at most`);
  const wanted = [
    'dist/cli/vigie.js',
    'docs/runbooks/operations.md',
    'docs/runbooks/fr/mass-access.md',
    'rules/mass-access.yml',
    'lists/service_accounts.txt',
  ];
  const unwanted = [
    'node_modules/chdb',
    'node_modules/@chdb',
    'node_modules/typescript',
    'node_modules/typescript-native',
    'dist/libs/testkit',
    'dist/bench',
    'dist/services/clickhouse',
    'dist/cli/start',
  ];
  const look = `const fs = require('node:fs'); console.log(JSON.stringify(${JSON.stringify([...wanted, ...unwanted])}.filter((path) => fs.existsSync(path))))`;
  const there: unknown = JSON.parse(await containers.once(['node', '--eval', look], noNetwork));
  if (JSON.stringify(there) !== JSON.stringify(wanted))
    throw new Error(`${image} has ${String(there)}; of what was looked for it must have ${wanted.join()}`);
  say(`${image} takes ${(bytes / 1e6).toFixed(0)} MB: ${await containers.once(['vigie', '--version'], noNetwork)}`);
}
