import { isoOf } from '#libs/runtime/clock.js';
import { advice, type Finding, fine, wrong } from './finding.js';

const hourMs = 3_600_000;
/** A nightly backup, and half a day for one that took long. */
const ageMsMax = 36 * hourMs;

/** When something was last backed up, milliseconds; `none` where it is known that it never was, undefined where nothing says. */
export interface BackupFacts {
  readonly stamp: number | 'none' | undefined;
  readonly store: number | 'none' | undefined;
}

/** Whether there is a backup, and whether it is young enough. `now` is in milliseconds. */
export function backupFindings({ stamp, store }: BackupFacts, now: number): readonly Finding[] {
  const known = [stamp, store].filter((one) => one !== undefined);
  const todo =
    'docs/operations.md, "Backups"; pseudonym keys apart from the rest: without them nobody can name the patients of an incident';
  if (known.length === 0)
    return [
      advice(
        'backups',
        'nothing says whether anything is backed up',
        `have the job that makes backups touch a file when it has ended well, and name it by --backup-stamp; ${todo}`,
      ),
    ];
  const times = known.filter((one) => one !== 'none');
  if (times.length === 0) return [wrong('backups', 'there has been no backup', todo)];
  const newest = Math.max(...times);
  const age = `the newest backup is of ${isoOf(newest)}`;
  return [
    now - newest > ageMsMax
      ? wrong('backups', `${age}, ${Math.floor((now - newest) / hourMs)} hours ago`, todo)
      : fine('backups', age),
  ];
}
