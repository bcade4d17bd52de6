/**
 * A scorer's state of 100,000 accounts and 10 million pairs: seconds to write it while frames go on, the longest pause of the stream, and
 * seconds to be back at full windows after `kill -9`, beside reading the file alone. Goal: back within 10 s.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '#libs/detection/engine.js';
import type { Selection } from '#libs/detection/rule/rule.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { readSnapshot, writeSnapshot } from '#services/scorer/snapshots/snapshot-file.js';
import { report } from './yardstick/report.js';

const accounts = Number(process.env.BENCH_ACCOUNTS ?? 100_000);
const pairs = Number(process.env.BENCH_PAIRS ?? 10_000_000);
const frameRows = 500;
const hourMs = 3_600_000;
const start = Date.parse('2026-03-02T00:00:00Z');
const selection: Selection = { id: 'a'.repeat(32), fields: ['action'], sql: '', matches: (row) => row.action === 'read' };
const rule = (id: string, timespanMs: number, atLeast: number) =>
  aRule({ id, selection, timespanMs, atLeast, spread: { field: 'clinic_id', atLeast: 2 }, steps: [40, 400, 4000] });
const options = {
  rules: [rule('10m', hourMs / 6, 40), rule('1h', hourMs, 120), rule('24h', 24 * hourMs, 400)],
  quietMs: 24 * hourMs,
  allowedLatenessMs: hourMs / 4,
};

const engine = new Engine(options);
let offset = 0;
for (; offset < pairs / frameRows; offset += 1) engine.apply({ offset, bytes: frameOf(offset) }, start);
const { pairs: held, accounts: known } = engine.stats();
report.note(`${held} pairs in ${known} accounts`);

const folder = await mkdtemp(join(tmpdir(), 'vigie-bench-restart-'));
const path = join(folder, 'p.snapshot');
try {
  const frames = Array.from({ length: 200 }, (_, n) => frameOf(offset + n));
  const apply = (n: number): number => {
    const at = performance.now();
    engine.apply({ offset: offset + n, bytes: frames[n % frames.length] ?? Buffer.alloc(0) }, start);
    return performance.now() - at;
  };
  const alone = Math.max(...Array.from({ length: 50 }, (_, n) => apply(n)));
  const began = performance.now();
  const header = { offset, written_at: '' };
  const progress = { isWriting: true };
  const written = writeSnapshot(path, header, engine.snapshot()).finally(() => (progress.isWriting = false));
  let longest = 0;
  let judged = 0;
  for (let last = performance.now(); progress.isWriting; last = performance.now()) {
    await new Promise((resolve) => setImmediate(resolve));
    longest = Math.max(longest, performance.now() - last);
    apply(50 + judged);
    judged += 1;
  }
  const bytes = await written;
  report.figure(`written beside ${judged} frames`, secondsSince(began), 's');
  report.figure('written', bytes / 1e6, 'MB');
  report.figure('longest pause of the stream meanwhile', longest, 'ms');
  report.figure('longest frame before', alone, 'ms');
  let at = performance.now();
  await readFile(path);
  const readMs = performance.now() - at;
  at = performance.now();
  const snapshot = await readSnapshot(path);
  if (!snapshot) throw new Error('the snapshot that was written is not there');
  const again = await Engine.restoreFrom(snapshot.chunks, options);
  const restoreMs = performance.now() - at;
  for (const [n, frame] of frames.entries()) again.apply({ offset: offset + n, bytes: frame }, start);
  report.figure('restored', restoreMs / 1000, 's');
  report.ratio('restored', restoreMs / readMs, 'the time of reading the file alone');
  report.figure(`back, with ${frames.length * frameRows} rows judged again`, secondsSince(at), 's', { atMost: 10 });
} finally {
  await rm(folder, { recursive: true, force: true });
}

function secondsSince(ms: number): number {
  return (performance.now() - ms) / 1000;
}

function frameOf(frame: number): Buffer {
  const time = new Date(start + Math.floor((frame / (pairs / frameRows)) * 12 * hourMs)).toISOString();
  const lines: string[] = [];
  for (let i = frame * frameRows; i < (frame + 1) * frameRows; i += 1) {
    const id = createHash('md5').update(`${i}`).digest('hex');
    lines.push(
      `{"time":"${time}","group_id":"aleo","actor_id":"nurse-${i % accounts}","patient_id":"${id}","clinic_id":"75030${i % 17}","action":"read",` +
        `"outcome":"success","event_id":"${id}","source":"x","received_at":"${time}"}\n`,
    );
  }
  return Buffer.from(lines.join(''));
}
