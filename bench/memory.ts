/**
 * Bytes per (account, patient) with a million pairs in 40,000 accounts, counted in the engine's arrays and seen in the process; then the
 * time to write and to restore a snapshot of them, beside copying the same bytes.
 */
import { createHash } from 'node:crypto';
import { Engine } from '#libs/detection/engine.js';
import type { Rule, Selection } from '#libs/detection/rule.js';
import { aRule } from '#libs/testkit/a-rule.js';

const accounts = Number(process.env.BENCH_ACCOUNTS ?? 40_000);
const patientsEach = Number(process.env.BENCH_PATIENTS ?? 25);
const pairs = accounts * patientsEach;
const start = Date.parse('2026-03-02T00:00:00Z');
const hourMs = 3_600_000;

const selection: Selection = {
  id: 'a'.repeat(32), fields: ['action', 'patient_id'], presence: ['patient_id'], sql: '',
  matches: (row) => row.action === 'read' && Boolean(row.patient_id),
}; // prettier-ignore
const rule = (id: string, timespanMs: number, atLeast: number): Rule =>
  aRule({
    id,
    title: id,
    selection,
    timespanMs,
    atLeast,
    spread: { field: 'clinic_id', atLeast: 2 },
    steps: [40, 400, 4000, 40_000, 400_000],
  });
const options = {
  rules: [rule('10m', hourMs / 6, 40), rule('1h', hourMs, 120), rule('24h', 24 * hourMs, 400)],
  quietMs: 24 * hourMs,
  allowedLatenessMs: hourMs / 4,
};

const engine = new Engine(options);
collect();
const before = resident();
for (let frame = 0; frame < pairs / 500; frame += 1) engine.apply({ offset: frame, bytes: frameOf(frame) }, start);
collect();
const seen = resident() - before;
const { pairs: held, bytes } = engine.stats();
console.log(
  `node ${process.version}, ${new Date().toISOString().slice(0, 10)}: ${held} pairs in ${engine.stats().accounts} accounts`,
);
console.log(`counted ${(bytes / held).toFixed(1)} bytes a pair, process ${(seen / held).toFixed(1)}; 24 are the entry itself`);
console.log(`goal: at most 40 bytes a pair ${bytes / held <= 40 && seen / held <= 40 ? 'met' : 'MISSED'}`);

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
console.log(
  `snapshot ${(size / 1e6).toFixed(0)} MB: ${writeMs.toFixed(0)} ms to make, longest piece ${longest.toFixed(1)} ms, ${restoreMs.toFixed(0)} ms to restore (${(restoreMs / copyMs).toFixed(1)} times copying it)`,
);

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

/** Bytes of the process that are live, heap and arrays, after a collection. */
function resident(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
function collect(): void {
  globalThis.gc?.();
  globalThis.gc?.();
}
