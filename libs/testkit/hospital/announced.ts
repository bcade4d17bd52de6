import type { Hospital, Member } from './hospital.js';
import { dayMs, instantOf, localDayOf } from './local-time.js';
import { migrationAccount, recallingSecretary } from './occasions.js';
import { mergerClinics, mergerDays, mergerSecretaries } from './weeks/merger.js';
import { recallClinics, recallDays, recallers, researchClinics, researchDays, researchers } from './weeks/ordered-work.js';
import type { Clinic } from './clinics.js';
import type { WeekOrder } from './weeks/weeks.js';

type OrderedWeek = 'merger' | 'research' | 'device_recall';

/** Weeks that somebody ordered: who works, where, and for how long. */
const orderedWeeks: Readonly<
  Record<
    OrderedWeek,
    {
      readonly days: number;
      readonly who: (hospital: Hospital) => readonly Member[];
      readonly where: (hospital: Hospital) => readonly Clinic[];
    }
  >
> = {
  merger: { days: mergerDays, who: mergerSecretaries, where: mergerClinics },
  research: { days: researchDays, who: researchers, where: researchClinics },
  device_recall: { days: recallDays, who: recallers, where: recallClinics },
};

/** Work that reads much and that the hospital knows of before it is done, since somebody ordered it. */
export interface AnnouncedWork {
  readonly name: 'recall_list' | 'migration' | 'audit' | OrderedWeek;
  readonly actorId: string;
  /** The clinic that it is about; none for the whole group. */
  readonly clinicId?: string;
  /** When it is over, milliseconds since 1970. */
  readonly untilMs: number;
}

/**
 * What is announced for the days of a simulation: a recall list to its secretary for the day, a migration to its vendor until it ends, a merger of
 * registers, a study and a recall over the group to each of those who work, and clinic, until it is done.
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
    if (name === 'merger' || name === 'research' || name === 'device_recall')
      announced.push(...orderedWeek(hospital, name, firstDay + day));
  return announced;
}

function orderedWeek(hospital: Hospital, name: OrderedWeek, day: number): readonly AnnouncedWork[] {
  const { days, who, where } = orderedWeeks[name];
  return who(hospital).flatMap(({ id }) =>
    where(hospital).map((clinic) => ({ name, actorId: id, clinicId: clinic.id, untilMs: instantOf(day + days, 0) })),
  );
}
