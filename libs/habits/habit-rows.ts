import { type HabitRecord, habitRecord, habitVersion } from '#libs/contracts/habits/habit-record.js';
import type { AccountDay } from './seams.js';

/** A line of `vigie.habits.v1`; undefined where it is none of a version that is known. */
export function habitRecordOf(line: string): HabitRecord | undefined {
  try {
    const parsed = habitRecord.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export function recordOfDay({ groupId, subject, key, day, role, kind, most, told }: AccountDay): HabitRecord {
  return {
    version: habitVersion,
    type: 'habit.day',
    group_id: groupId,
    subject_kind: subject,
    key,
    day,
    actor_role: role,
    actor_kind: kind,
    most: Object.fromEntries(Object.entries(most).filter(([, count]) => count > 0)),
    told,
  };
}

export function dayOfRecord(record: Extract<HabitRecord, { readonly type: 'habit.day' }>): AccountDay {
  const { group_id: groupId, subject_kind: subject, key, day, actor_role: role, actor_kind: kind, most, told } = record;
  return { groupId, subject, key, day, role, kind, most, told };
}

export function lineOf(record: HabitRecord): string {
  return `${JSON.stringify(record)}\n`;
}
