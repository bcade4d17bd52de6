/**
 * Bytes per (account, patient) with a million pairs in 40,000 accounts under the whole default pack, counted in the engine's arrays and seen
 * in the process; the time to write and to restore a snapshot of them, beside copying the same bytes; and whether a month of 1,400 accounts
 * grows beyond what its longest window holds.
 */
import { createHash } from 'node:crypto';
import { Engine } from '#libs/detection/engine.js';
import { packOptions } from './packs/pack.js';
import { report } from './yardstick/report.js';

const accounts = Number(process.env.BENCH_ACCOUNTS ?? 40_000);
const patientsEach = Number(process.env.BENCH_PATIENTS ?? 25);
const pairs = accounts * patientsEach;
const start = Date.parse('2026-03-02T00:00:00Z');
const hourMs = 3_600_000;

const options = await packOptions();

const engine = new Engine(options);
collect();
const before = resident();
for (let frame = 0; frame < pairs / 500; frame += 1) engine.apply({ offset: frame, bytes: frameOf(frame) }, start);
collect();
const seen = resident() - before;
const { pairs: held, bytes } = engine.stats();
report.note(`${held} pairs in ${engine.stats().accounts} accounts; 24 bytes are the entry itself`);
report.figure('a pair, counted', bytes / held, 'bytes', { atMost: 40 });
report.figure('a pair, in the process', seen / held, 'bytes', { atMost: 40 });
report.figure('an account, in the process', seen / engine.stats().accounts, 'bytes');

let at = performance.now();
let longest = 0;
let pieceAt = at;
const pieces: Uint8Array[] = [];
for (const piece of engine.snapshot()) {
  longest = Math.max(longest, performance.now() - pieceAt);
  pieces.push(piece);
  pieceAt = performance.now();
}
const writeMs = performance.now() - at;
at = performance.now();
const size = pieces.reduce((sum, piece) => sum + Uint8Array.from(piece).length, 0);
const copyMs = performance.now() - at;
at = performance.now();
Engine.restore(pieces, options);
const restoreMs = performance.now() - at;
report.figure('snapshot, size', size / 1e6, 'MB');
report.figure('snapshot, to make', writeMs, 'ms');
report.figure('snapshot, longest piece', longest, 'ms');
report.figure('snapshot, to restore', restoreMs, 'ms');
report.ratio('snapshot, to restore', restoreMs / copyMs, 'the time of copying it');

month();

/** Thirty days of 1,400 accounts with 60 accesses a day each, half of them to patients of the day before, in sessions of their own. */
function month(): void {
  const dayMs = 24 * hourMs;
  const monthly = new Engine(options);
  const sizes: number[] = [];
  let offset = 0;
  for (let day = 0; day < 30; day += 1) {
    for (let hour = 0; hour < 24; hour += 1) {
      const lines = Array.from({ length: 3_500 }, (_, i) => monthLine(day, hour, i));
      monthly.apply({ offset: offset++, bytes: Buffer.from(`${lines.join('\n')}\n`) }, start + day * dayMs);
      monthly.takeChanges({ includeUpdates: true });
    }
    sizes.push(monthly.stats().bytes);
  }
  for (const day of [1, 9, 20, 30])
    report.figure(`a month, after ${day} ${day === 1 ? 'day' : 'days'}`, (sizes[day - 1] ?? 0) / 1e6, 'MB');
  report.ratio('a month, after 30 days', (sizes[29] ?? 0) / (sizes[8] ?? 1), 'what it was after nine');
}

function monthLine(day: number, hour: number, i: number): string {
  const time = new Date(start + (day * 24 + hour) * hourMs + i * 1_000).toISOString();
  const actor_id = `nurse-${(i * 7 + hour) % 1_400}`;
  const of = day - (i % 2);
  const patient_id = createHash('md5')
    .update(`${actor_id} ${of} ${(hour + i) % 30}`)
    .digest('hex');
  return JSON.stringify({
    time,
    group_id: 'aleo',
    actor_id,
    patient_id,
    clinic_id: `75030${i % 17}`,
    action: 'read',
    outcome: 'success',
    event_id: createHash('md5').update(`${day} ${hour} ${i}`).digest('hex'),
    source: 'x',
    received_at: time,
    source_ip: '10.1.2.3',
    session_id: `${actor_id}-${day}-${hour >> 2}`,
  });
}

function frameOf(frame: number): Buffer {
  const time = new Date(start + Math.floor((frame / (pairs / 500)) * 12 * hourMs)).toISOString();
  const lines: string[] = [];
  for (let i = frame * 500; i < (frame + 1) * 500; i += 1) {
    const account = `nurse-${i % accounts}`;
    const patient_id = createHash('md5').update(`${i}`).digest('hex');
    lines.push(
      JSON.stringify({
        time,
        group_id: 'aleo',
        actor_id: account,
        patient_id,
        clinic_id: `75030${i % 17}`,
        action: 'read',
        outcome: 'success',
        event_id: patient_id,
        source: 'x',
        received_at: time,
      }),
    );
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** Bytes of the process that are live, heap and what lies outside of it (memories of WebAssembly among it), after a collection. */
function resident(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
function collect(): void {
  globalThis.gc?.();
  globalThis.gc?.();
}
