import type { Hospital } from './hospital.js';
import { dayMs, instantOf, localDayOf } from './local-time.js';
import { migrationAccount, recallingSecretary } from './occasions.js';
import { mergerClinics, mergerDays, mergerSecretaries } from './weeks/merger.js';
import type { WeekOrder } from './weeks/weeks.js';

/** Work that reads much and that the hospital knows of before it is done, since somebody ordered it. */
export interface AnnouncedWork {
  readonly name: 'recall_list' | 'migration' | 'merger';
  readonly actorId: string;
  /** The clinic that it is about; none for the whole group. */
  readonly clinicId?: string;
  /** When it is over, milliseconds since 1970. */
  readonly untilMs: number;
}

/**
 * What is announced for the days of a simulation: a recall list to its secretary for the day, a migration to its vendor until it ends, a merger of
 * registers to each secretary and clinic until it is done.
 */
export function announcedWork(
  hospital: Hospital,
  options: { readonly migration: boolean; readonly weeks?: readonly WeekOrder[] },
): readonly AnnouncedWork[] {
  const firstDay = localDayOf(hospital.start);
  const announced: AnnouncedWork[] = [];
  for (let day = firstDay; instantOf(day, 0) < hospital.start + hospital.days * dayMs; day += 1) {
    const secretary = recallingSecretary(hospital, day, firstDay);
    if (secretary)
      announced.push({
        name: 'recall_list',
        actorId: secretary.id,
        clinicId: secretary.unit.clinic.id,
        untilMs: instantOf(day + 1, 0),
      });
  }
  const afterLastNight = instantOf(firstDay + hospital.days + 1, 0);
  if (options.migration) announced.push({ name: 'migration', actorId: migrationAccount.id, untilMs: afterLastNight });
  for (const { name, day } of options.weeks ?? [])
    if (name === 'merger')
      for (const { id } of mergerSecretaries(hospital))
        for (const clinic of mergerClinics(hospital))
          announced.push({ name, actorId: id, clinicId: clinic.id, untilMs: instantOf(firstDay + day + mergerDays, 0) });
  return announced;
}
