/**
 * `node rows.js <tree> <rules: pack or three> <days>`: one engine of a compiled tree over so many days of the same rows, for `instructions.ts`; prints how many rows. Days go on over one
 * engine: what a day more costs is what rows cost, and nothing of rules that are compiled and accounts that are met.
 */
import { ordinaryDay, start } from '../rows/ordinary-day.js';
import { engineOf } from './engine-of.js';

const dayMs = 86_400_000;
const [home = '', rules = 'pack', days = '1'] = process.argv.slice(2);
const Engine = await engineOf(home);
// Each is loaded where it is wanted: what is loaded is counted, too.
const options =
  rules === 'three'
    ? (await import('../packs/three-rules.js')).threeRulesOptions
    : await (await import('../packs/pack.js')).packOptions();
const engine = new Engine(options);
const frames = [...ordinaryDay({ accounts: 300, rows: 4_000 })].map((frame) => frame.toString('latin1'));
let rows = 0;
let offset = 0;
for (let day = 0; day < Number(days); day += 1)
  for (const frame of frames) {
    rows += engine.apply({ offset, bytes: onDay(frame, day) }, start + day * dayMs).rows;
    engine.takeChanges({ includeUpdates: false });
    offset += 1;
  }
console.log(rows);

/** The rows of the first day so many days later, as events and sessions of their own. */
function onDay(frame: string, day: number): Buffer {
  const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 11);
  const text = frame
    .replaceAll(dateOf(start), dateOf(start + day * dayMs))
    .replaceAll('"session_id":"s-', `"session_id":"s${day}-`)
    .replaceAll(/"event_id":"../g, `"event_id":"${day.toString(16).padStart(2, '0')}`);
  return Buffer.from(text, 'latin1');
}
