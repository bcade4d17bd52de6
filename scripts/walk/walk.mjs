/**
 * `npm run walk`: one event from the wire to the alert, as data. Every function that is entered, in order; how many files and folders the road goes
 * through, its changes of file, and which calls go back up: into a file that imports the caller's, and is not imported by it.
 *
 * A change of file is a file that is entered from another one, each pair once, however often it is taken and by whatever functions: what a
 * reader turns to who follows each call once. What the process enters by itself, behind a wait or from Nest, counts as entered from
 * outside. At commit 5e6f6fe this gives 158, and the walk that was made there by hand 158.
 *
 *   npm run walk                  the figures, and the calls that go back up
 *   npm run walk -- --road        every turn of the road
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { root } from '../prepare.mjs';
import { functions, takeEntries } from './probes.mjs';

/** In milliseconds: what runs by a timer is seen in this time without an event, and is no part of the road. */
const silenceMs = 12_000;
/** Not of this road: cases are told by one of their own, which begins where the incident is in the log, and snapshots are written beside. */
const beside =
  /^services\/notifier\/tell\/|^libs\/(?:cases|case-log|routing)\/|^services\/scorer\/snapshots\/|^libs\/detection\/snapshot\//;
/** After the alert, for the log to be told that it is done. */
const settleMs = 1_500;

const { startWorld } = await import('./one-event.ts');
const world = await startWorld();
await wait(3_000);
if ((await world.send('8001234')) !== 200) throw new Error('the first event was refused');
await wait(settleMs);
takeEntries();
await wait(silenceMs);
const byTimer = new Set(takeEntries().map(keyOf));
const isRoad = (entry) =>
  !byTimer.has(keyOf(entry)) && !beside.test(functions[entry.id].file) && !beside.test(entry.caller ?? '');
if ((await world.send('8001235')) !== 200) throw new Error('the event was refused');
while (world.told().length === 0) await wait(20);
await wait(settleMs);
const road = takeEntries().filter(isRoad);
await world.end();
report(road);
process.exit(0);

function keyOf({ id, caller }) {
  return `${id} ${caller ?? ''}`;
}

function report(entered) {
  const turns = [];
  for (const { id, caller } of entered) {
    const { file, name } = functions[id];
    const last = turns.at(-1);
    const isUp = caller !== undefined && goesUp(caller, file);
    if (last?.file === file) last.names.add(name);
    else turns.push({ file, names: new Set([name]) });
    if (isUp) turns.at(-1).up = caller;
  }
  if (process.argv.includes('--road'))
    for (const { file, names, up } of turns) console.log(`${up ? '^' : ' '} ${file}: ${[...names].join(', ')}`);
  const pairs = pairsOf(entered);
  for (const [name, of] of [
    ['ingestor', /^services\/ingestor|^libs\/(formats|care|pseudonyms|sources)/],
    ['scorer', /^services\/scorer|^libs\/detection/],
    ['notifier', /^services\/notifier/],
    ['log', /^libs\/event-log/],
    ['all', /./],
  ]) {
    const own = turns.filter(({ file }) => of.test(file));
    const changes = pairs.filter(({ from, file }) => of.test(from ?? file));
    const [files, folders] = [new Set(own.map(({ file }) => file)), new Set(own.map(({ file }) => dirname(file)))];
    console.log(
      `${name}: ${changes.length} changes of file (into a file from another ${own.length} times); ${files.size} files in ${folders.size} folders`,
    );
  }
  const up = new Map(turns.filter((turn) => turn.up).map(({ up, file, names }) => [`${up} -> ${file}`, names]));
  console.log(`calls back up: ${up.size}`);
  for (const [pair, names] of up) console.log(`  ${pair}: ${[...names].join(', ')}`);
}

/** Each file with the one that it is entered from, undefined for the process itself, once. */
function pairsOf(entered) {
  const pairs = new Map();
  for (const { id, caller } of entered) {
    const { file } = functions[id];
    if (caller !== file) pairs.set(`${caller} ${file}`, { from: caller, file });
  }
  return [...pairs.values()];
}

function goesUp(from, to) {
  return from !== to && reaches(to, from) && !reaches(from, to);
}

/** Whether a file imports another, by whatever way, types too. */
function reaches(from, to) {
  const seen = new Set();
  const open = [from];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const next of importsOf(file)) {
      if (next === to) return true;
      if (!seen.has(next)) open.push(next);
      seen.add(next);
    }
  }
  return false;
}

function importsOf(file) {
  const known = (importsOf.known ??= new Map());
  if (!known.has(file)) {
    const path = join(root, file);
    const named = [...readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+\.js)'/g)].map(([, name]) => name);
    const ours = named.filter((name) => name.startsWith('.') || name.startsWith('#'));
    const urls = ours.map((name) =>
      name.startsWith('#') ? new URL(name.slice(1), pathToFileURL(`${root}/`)) : new URL(name, pathToFileURL(path)),
    );
    known.set(
      file,
      urls.map((url) => relative(root, fileURLToPath(url)).replace(/\.js$/, '.ts')),
    );
  }
  return known.get(file);
}
