/**
 * `node rows.js <tree> <rules: pack, more (the pack and one rule more) or three> <days>`: one engine of a compiled tree over so many days of the same rows, for `instructions.ts`; prints how many rows. Days go on over one
 * engine: what a day more costs is what rows cost, and nothing of rules that are compiled and accounts that are met.
 */
import type { EngineOptions } from '#libs/detection/engine.js';
import { ordinaryDay, start } from '../rows/ordinary-day.js';
import { engineOf } from './engine-of.js';

const dayMs = 86_400_000;
/** As many as March has from `start` on: two digits of a date are changed in place, which costs next to nothing. */
const daysMax = 30;
const [home = '', rules = 'pack', days = '1'] = process.argv.slice(2);
if (Number(days) > daysMax) throw new Error(`rows.js has ${daysMax} days, and was asked for ${days}`);
const Engine = await engineOf(home);
// Each is loaded where it is wanted: what is loaded is counted, too.
const options = rules === 'three' ? (await import('../packs/three-rules.js')).threeRulesOptions : await packOf(rules === 'more');
const engine = new Engine(options);
const frames = [...ordinaryDay({ accounts: 300, rows: 8_000 })].map((bytes) => ({
  bytes,
  dates: [...placesBehind(bytes, '"time":"2026-03-'), ...placesBehind(bytes, '"received_at":"2026-03-')],
  events: placesBehind(bytes, '"event_id":"'),
  sessions: placesBehind(bytes, '"session_id":"s'),
}));
let rows = 0;
let offset = 0;
for (let day = 0; day < Number(days); day += 1)
  for (const frame of frames) {
    rows += engine.apply({ offset, bytes: onDay(frame, day) }, start + day * dayMs).rows;
    engine.takeChanges({ includeUpdates: false });
    offset += 1;
  }
console.log(rows);

async function packOf(hasOneMore: boolean): Promise<EngineOptions> {
  const { packOptions, withOneMore } = await import('../packs/pack.js');
  const pack = await packOptions();
  return hasOneMore ? withOneMore(pack) : pack;
}

/** Where what follows a text begins, each time. */
function placesBehind(bytes: Buffer, text: string): readonly number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) places.push(at + text.length);
  return places;
}

/** The rows of the first day so many days later, as events and sessions of their own. */
function onDay(frame: (typeof frames)[number], day: number): Buffer {
  const bytes = Buffer.from(frame.bytes);
  const [tens, ones] = twoDigits(day + 2);
  for (const at of frame.dates) {
    bytes[at] = tens;
    bytes[at + 1] = ones;
  }
  const [eventTens, eventOnes] = twoDigits(day);
  for (const at of frame.events) {
    bytes[at] = eventTens;
    bytes[at + 1] = eventOnes;
  }
  for (const at of frame.sessions) bytes[at] = 'A'.charCodeAt(0) + day;
  return bytes;
}

/** As ASCII. */
function twoDigits(value: number): readonly [number, number] {
  const zero = '0'.charCodeAt(0);
  return [zero + Math.floor(value / 10), zero + (value % 10)];
}
