import { fstatSync } from 'node:fs';

/**
 * Whether standard output is systemd's journal, which is kept, read by groups of the system, and handed on. What was started from there has the variable too, hence device and number of the
 * file. Source: systemd.exec(5), JOURNAL_STREAM.
 */
export function printsToJournal(env: Readonly<Record<string, string | undefined>>, descriptor = 1): boolean {
  const { dev, ino } = fstatSync(descriptor);
  return env['JOURNAL_STREAM'] === `${dev}:${ino}`;
}
