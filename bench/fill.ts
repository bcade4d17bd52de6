/**
 * What it costs to fill windows, and to judge accounts again, beside judging the same rows live, in CPU, under the whole default pack: one
 * account of a day with many accesses, many ordinary accounts of a day, and ordinary accounts of a month with one late access each. And how
 * long one piece of that work keeps the event loop, in CPU.
 */
import { Engine, type EngineOptions } from '#libs/detection/engine.js';
import { packOptions } from './packs/pack.js';
import { besidePlain, plainMicros, rowsIn } from './yardstick/plain.js';
import { report } from './yardstick/report.js';

const start = Date.parse('2026-03-02T00:00:00Z');
const dayMs = 86_400_000;
const frameRows = 700;
const options = await packOptions();
/** The pack but for the rules that look at the selection of its first: what a changed list leaves of it. */
const before: EngineOptions = {
  ...options,
  rules: options.rules.filter(({ selection }) => selection.id !== options.rules[0]?.selection.id),
};

for (const rows of [4_000, 16_000, 64_000]) fill(`one account, ${rows} accesses of a day`, history(rows, 1, dayMs));
fill('2,000 accounts, 176,000 accesses of a day', history(176_000, 2_000, dayMs));
again('100 accounts, 3,000 accesses each of a month', history(300_000, 100, 30 * dayMs), 100);

function fill(what: string, frames: readonly Buffer[]): void {
  const live = cpu(() => liveOver(frames));
  const { engine, backfillFromMs } = liveOver(frames, before).withRules(options.rules);
  const pieces: number[] = [];
  const piece = <T>(work: () => T): T => {
    const { ms, result } = cpu(work);
    pieces.push(ms);
    return result;
  };
  const filling = piece(() => engine.beginFill(Math.min(start - 1, backfillFromMs ?? start)));
  for (const frame of frames) piece(() => filling.take(frame));
  for (let more = true; more;) more = piece(() => filling.moveNext());
  say(`fill: ${what}`, sum(pieces), live.ms, frames, pieces);
}

function again(what: string, frames: readonly Buffer[], accounts: number): void {
  const { ms, result: engine } = cpu(() => liveOver(frames));
  const late = Array.from({ length: accounts }, (_, account) => line(account, 1_000_000 + account, start + 15 * dayMs));
  engine.apply({ offset: frames.length, bytes: Buffer.from(late.join('')) }, start);
  const pieces: number[] = [];
  const piece = (work: () => unknown): unknown => pieces.push(cpu(work).ms);
  const asked = engine.rejudgements();
  const rejudging = engine.beginRejudging();
  const own = ownFrames(frames);
  for (const one of asked) {
    piece(() => rejudging.begin(one));
    for (const frame of own.get(one.actorId) ?? []) piece(() => rejudging.take(frame));
  }
  for (const one of asked) piece(() => engine.adopt(rejudging, one, start));
  say(`again: ${what}, ${asked.length} asked for`, sum(pieces), ms, frames, pieces);
}

function say(what: string, ms: number, live: number, frames: readonly Buffer[], pieces: readonly number[]): void {
  report.ratio(what, ms / live, 'the processor time of judging live');
  report.figure(`${what}, longest piece`, Math.max(...pieces), 'ms of the processor', { atMost: 50 });
  besidePlain(`${what}, judged live`, (live * 1000) / rowsIn(frames), plainMicros(frames, undefined));
}

function liveOver(frames: readonly Buffer[], given = options): Engine {
  const engine = new Engine(given);
  frames.forEach((bytes, offset) => engine.apply({ offset, bytes }, start));
  engine.takeChanges({ includeUpdates: true });
  return engine;
}

/** Accesses of some accounts in order of time, each to one of seven hundred patients of its own. */
function history(rows: number, accounts: number, spanMs: number): readonly Buffer[] {
  const lines = Array.from({ length: rows }, (_, n) => line(n % accounts, n, start + Math.floor((n * spanMs) / rows)));
  return framesOf(lines);
}

function framesOf(lines: readonly string[]): readonly Buffer[] {
  return Array.from({ length: Math.ceil(lines.length / frameRows) }, (_, frame) =>
    Buffer.from(lines.slice(frame * frameRows, (frame + 1) * frameRows).join('')),
  );
}

/** As a store answers for one account. */
function ownFrames(frames: readonly Buffer[]): ReadonlyMap<string, readonly Buffer[]> {
  const lines = frames.flatMap((frame) => frame.toString().split('\n').filter(Boolean));
  const byActor = Map.groupBy(lines, (text) => (JSON.parse(text) as { actor_id: string }).actor_id);
  return new Map([...byActor].map(([actor, own]) => [actor, framesOf(own.map((text) => `${text}\n`))]));
}

function line(account: number, n: number, time: number): string {
  const iso = new Date(time).toISOString();
  return `${JSON.stringify({
    time: iso,
    group_id: 'aleo',
    actor_id: `nurse-${account}`,
    patient_id: hex(1 + account * 1000 + (n % 700)),
    clinic_id: '750300110',
    action: 'read',
    outcome: 'success',
    event_id: hex(n + 1),
    source: 'siem',
    received_at: iso,
    actor_role: 'nurse',
    categories: ['prescription'],
    session_id: `s-${account}`,
    application: 'mediboard',
  })}\n`;
}

function hex(value: number): string {
  return value.toString(16).padStart(32, '0');
}

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0);
}

function cpu<T>(work: () => T): { readonly ms: number; readonly result: T } {
  const from = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(from);
  return { ms: (user + system) / 1000, result };
}
