import { generator, hexOf } from './generator.js';

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

/** One row of some 480 bytes; `time` is event time in ms, `index` its number. */
export function rowOfTwoDays(time: number, account: string, who: string, isOutside: boolean, index: number): string {
  const iso = new Date(time).toISOString();
  return `${JSON.stringify({
    time: iso,
    group_id: 'aleo',
    actor_id: account,
    patient_id: hexOf(who),
    clinic_id: `75030${1000 + (account.length % 17)}`,
    action: 'read',
    outcome: 'success',
    event_id: hexOf(`e${index}`),
    source: 'mediboard',
    received_at: iso,
    actor_role: 'nurse',
    actor_kind: 'human',
    emergency: isOutside,
    categories: ['identity', 'notes'],
    source_ip: '10.4.2.17',
    application: 'mediboard',
    key_id: 'k1',
  })}\n`;
}
