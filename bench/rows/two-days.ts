import { generator } from './generator.js';
import { rowOf } from './row-of.js';

const dayMs = 86_400_000;

/** The beginning of the first day, event time in ms. */
export const firstOfTwoDays = Date.parse('2026-03-02T00:00:00Z');

/** Rows of two days in order, each with the number of its account: patients that are seen again, of whom one in 25 is outside care. */
export function* twoDays(accounts: number, rows: number): Iterable<{ readonly account: number; readonly line: string }> {
  const random = generator(7);
  for (let index = 0; index < rows; index += 1) {
    const account = Math.floor(random() * accounts);
    const isOutside = random() < 0.04;
    const who = isOutside ? `anybody-${Math.floor(random() * 1e6)}` : `nurse-${account}-${Math.floor(random() * 25)}`;
    const time = firstOfTwoDays + Math.floor((index / rows) * 2 * dayMs);
    yield { account, line: rowOfTwoDays(time, `nurse-${account}`, who, isOutside, index) };
  }
}

/** One row of it; `time` is event time in ms, `index` its number. */
export function rowOfTwoDays(time: number, account: string, patient: string, emergency: boolean, index: number): string {
  return rowOf({ time, account, patient, clinic: account.length % 17, index, emergency });
}
