import { generator } from './generator.js';
import { rowOf } from './row-of.js';

const minute = 60_000;
const day = 24 * 60 * minute;
/** When days of benchmarks begin, milliseconds since 1970. */
export const start = Date.parse('2026-03-02T00:00:00Z');
const rowsPerFrame = 600;

/** `day`: so many days after the first one. `attackers`: one, if none is said. */
export interface OrdinaryDay {
  readonly accounts: number;
  readonly rows: number;
  readonly day?: number;
  readonly attackers?: number;
}

/**
 * Frames of a day of accounts with some 25 patients each, many of them seen again, in time order, and on the first day attackers from noon on, of whom the
 * first do most.
 */
export function* ordinaryDay({ accounts, rows, day: number = 0, attackers = 1 }: OrdinaryDay): Iterable<Buffer> {
  const random = generator(7 + number);
  const lines: string[] = [];
  for (let i = 0; i < rows; i += 1) {
    const time = start + number * day + Math.floor((i / rows) * day);
    const attack = number === 0 && i > rows / 2 && i < rows / 2 + 20_000 * attackers && i % 10 === 0;
    const account = attack ? attackerOf(i, attackers) : `nurse-${Math.floor(random() * accounts)}`;
    const patient = attack ? `attacked-${i}` : `${account}-${Math.floor(random() * 25)}`;
    lines.push(lineOf(time, account, patient, attack ? (i / 10) % 5 : account.length % 17, number * rows + i));
    if (lines.length === rowsPerFrame) yield frameOf(lines);
  }
  if (lines.length > 0) yield frameOf(lines);
}

function attackerOf(index: number, attackers: number): string {
  return attackers === 1 ? 'attacker' : `attacker-${Math.floor(attackers * (((index * 7_919) % 10_007) / 10_007) ** 2)}`;
}

export function frameOf(lines: string[]): Buffer {
  return Buffer.from(lines.splice(0).join(''));
}

/** A line of it, in a session of four hours; `index` tells events apart. */
export function lineOf(time: number, account: string, patient: string, clinic: number, index: number): string {
  const session_id = `s-${account}-${Math.floor((time - start) / (4 * 60 * minute))}`;
  return rowOf({ time, account, patient, clinic, index, session_id });
}
