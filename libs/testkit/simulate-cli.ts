import { once } from 'node:events';
import { createWriteStream, writeFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type AttackName, attackNames } from './hospital/attacks.js';
import { feed } from './hospital/feed.js';
import { writeRegisters } from './hospital/registers.js';
import { defaultSimulation, Simulation } from './hospital/simulation.js';
import type { SourceEvent } from './hospital/event.js';

interface Options {
  readonly seed: number;
  readonly start: number;
  readonly days: number;
  readonly staff: number;
  readonly group: string;
  readonly attacks: readonly AttackName[];
  readonly limit: number;
  readonly out?: string;
  readonly truth?: string;
  readonly registers?: string;
  readonly post?: string;
  readonly token: string;
  readonly speed: number;
  readonly batch: number;
  readonly lanes: number;
}

const program = new Command('simulate')
  .description(
    'Plays a hospital group: staff in their roles and shifts, services, legitimate mass reads, and planted attacks. Same seed, same events.',
  )
  .option('--seed <number>', 'which hospital and which days', whole, 1)
  .option('--start <date>', 'first day, YYYY-MM-DD, UTC', day, Date.parse('2026-01-05T00:00:00Z'))
  .option('--days <number>', 'how many days', whole, defaultSimulation.days)
  .option('--staff <number>', 'accounts of people', whole, defaultSimulation.staff)
  .option('--group <group_id>', 'the hospital group', defaultSimulation.groupId)
  .option('--attacks <names>', `planted, comma-separated, or none: ${attackNames.join(', ')}`, attacks, ['burst'])
  .option('--limit <number>', 'end after so many events', whole, Number.MAX_SAFE_INTEGER)
  .option('--out <file>', 'write NDJSON there; standard output when neither this nor --post is given')
  .option('--truth <file>', 'write what was planted, as JSON')
  .option('--registers <folder>', 'write the clinic register and the lists')
  .addOption(new Option('--post <url>', 'feed a running ingestor, such as http://127.0.0.1:7410').conflicts('out'))
  .addOption(new Option('--token <token>', 'its credential').env('VIGIE_TOKEN').default(''))
  .option('--speed <factor>', 'with --post: times real time; 0 for as fast as it is taken', whole, 0)
  .option('--batch <number>', 'with --post: events of a request at most', whole, 1000)
  .option('--lanes <number>', 'with --post: requests at once', whole, 4);

program.parse();
const options = program.opts<Options>();
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopped.abort());
try {
  await simulate(options);
} catch (cause) {
  process.stderr.write(
    stopped.signal.aborted ? 'simulate: stopped\n' : `simulate: ${cause instanceof Error ? cause.message : String(cause)}\n`,
  );
  process.exitCode = 1;
}

async function simulate(given: Options): Promise<void> {
  const { seed, start, days, staff, group: groupId, attacks: planted } = given;
  const simulation = new Simulation({ seed, start, days, staff, groupId, attacks: planted });
  if (given.truth) writeFileSync(given.truth, `${JSON.stringify(simulation.truth(), null, 1)}\n`);
  if (given.registers) writeRegisters(simulation.hospital, given.registers);
  const events = limited(simulation.events(), given.limit);
  const until = start + days * 86_400_000;
  if (given.post) await post(events, given, until);
  else await write(events, given.out ? createWriteStream(given.out) : process.stdout, start, until);
  process.stderr.write(`${planted.length ? `planted: ${planted.join(', ')}` : 'nothing planted'}\n`);
}

function* limited(events: Iterable<SourceEvent>, limit: number): Generator<SourceEvent> {
  let number = 0;
  for (const event of events) {
    if (number >= limit) return;
    number += 1;
    yield event;
  }
}

async function write(events: Iterable<SourceEvent>, out: Writable, start: number, until: number): Promise<void> {
  let written = 0;
  let chunk = '';
  for (const event of events) {
    chunk += `${JSON.stringify(event)}\n`;
    written += 1;
    if (chunk.length < 262_144) continue;
    stopped.signal.throwIfAborted();
    if (!out.write(chunk)) await once(out, 'drain');
    chunk = '';
    progress(`${written} events`, (Date.parse(event.time) - start) / (until - start));
  }
  out.write(chunk);
  if (out !== process.stdout) {
    out.end();
    await once(out, 'finish');
  }
  progress(`${written} events`, 1);
  process.stderr.write(`\n`);
}

async function post(events: Iterable<SourceEvent>, given: Options, until: number): Promise<void> {
  const { token, batch, lanes } = given;
  const totals = await feed({
    events,
    url: given.post ?? '',
    token,
    batch,
    lanes,
    speed: given.speed || Number.POSITIVE_INFINITY,
    signal: stopped.signal,
    onProgress: ({ accepted, retries, at }) =>
      progress(
        `${accepted} accepted, ${retries} sent again, at ${new Date(at).toISOString()}`,
        (at - given.start) / (until - given.start),
      ),
  });
  process.stderr.write(`\n${totals.accepted} accepted, ${totals.refused} refused, ${totals.retries} batches sent again\n`);
}

function progress(text: string, share: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${(100 * share).toFixed(0).padStart(3)} %  ${text}`);
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('it must be a whole number');
  return value;
}

function day(text: string): number {
  const value = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(value)) throw new InvalidArgumentError('it must be a date such as 2026-01-05');
  return value;
}

function attacks(text: string): AttackName[] {
  if (text === 'none') return [];
  return text.split(',').map((name) => {
    const found = attackNames.find((one) => one === name.trim());
    if (!found) throw new InvalidArgumentError(`there is no attack ${name}; there are ${attackNames.join(', ')}`);
    return found;
  });
}
