import type { Controllers } from '#libs/cases/policy.js';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import type { Lengths } from '#libs/dossier/deadlines.js';
import { isoOf } from '#libs/runtime/clock.js';
import type { User } from '../users/users.js';
import type { CaseSight } from '../visible/case-sight.js';
import type { Body } from './answer.js';
import type { FeedsSeen } from './feeds-look.js';
import type { OpenCase, OpenPatients, OpenPatientsFigure } from './open-patients.js';
import { runningClocks } from './running-clocks.js';

export interface SummaryTools {
  readonly sight: CaseSight;
  readonly controllers: Controllers;
  readonly user: User;
  /** Wall clock, milliseconds. */
  readonly now: number;
  readonly lengths: Lengths;
  readonly feeds: FeedsSeen | undefined;
  readonly openPatients: Pick<OpenPatients, 'of'>;
}

/** The five figures of the first page, and what proves that an empty page is none of a broken one: `GET /v1/summary`. */
export function summaryOf(tools: SummaryTools): Body {
  const { sight, user, now, feeds } = tools;
  const rows = sight.rows(user, now);
  const open = rows.filter(({ status }) => status !== 'resolved');
  const untaken = open.filter(({ status }) => status === 'new');
  const clinics = new Set(open.flatMap((row) => row.clinics));
  const figure = patientsOf(tools, open);
  return {
    at: isoOf(now),
    cases: {
      open: open.length,
      not_taken: untaken.length,
      critical: untaken.filter(({ level }) => level === 'critical').length,
      oldest_at: untaken.map(({ opened_at }) => opened_at).toSorted()[0] ?? null,
      /** Of whichever case was opened last. */
      last_opened_at: rows[0]?.opened_at ?? null,
    },
    /**
     * Different people: somebody in two cases counts once. `open` is the most that they can be until they are counted together (`open_settled`); null where a case counts
     * patients of clinics that they do not see.
     */
    patients: { open: figure?.patients ?? null, open_settled: figure?.isSettled ?? false, clinics: clinics.size },
    nearest_clock: nearestClock(tools, rows),
    feeds: feeds ? feedsOf(feeds) : null,
  };
}

/** Undefined where a case counts patients of clinics that the reader does not see. */
function patientsOf({ sight, user, now, openPatients }: SummaryTools, open: readonly SeenRow[]): OpenPatientsFigure | undefined {
  const cases: OpenCase[] = [];
  for (const { case_id, patients, patients_settled: isSettled } of open) {
    if (patients === null) return undefined;
    const figures = sight.of(case_id, user, now)?.figures ?? [];
    const incidents = figures.map((one) => ({ incident_id: one.incident_id, patients: one.patients ?? 0 }));
    cases.push({ patients, isSettled, incidents });
  }
  return openPatients.of(JSON.stringify(user.clinics ?? '*'), cases);
}

function nearestClock({ sight, user, now, lengths, controllers }: SummaryTools, rows: readonly SeenRow[]): object | null {
  const options = { lengths, controllers, until: now };
  const [first] = runningClocks(rows, now, (id) => sight.of(id, user, now)?.clocks(options) ?? []);
  return first ? { clock: first.clock, controller_id: first.controller, due_at: first.due_at, case_id: first.case_id } : null;
}

/** Feeds with events, those that are quiet against their habit, and what became of the events of the last day. */
function feedsOf({ at, sources, isOld }: FeedsSeen): object {
  const lasts = sources.flatMap(({ last_received: last }) => last ?? []).toSorted();
  const sum = (of: (one: FeedsSeen['sources'][number]) => number) => sources.reduce((total, one) => total + of(one), 0);
  return {
    checked_at: isoOf(at),
    is_old: isOld,
    known: sources.length,
    quiet: sources
      .filter(({ state }) => state !== 'ok')
      .map(({ source, state, last_received = null }) => ({ source, state, last_received })),
    last_received: lasts.at(-1) ?? null,
    events_day: sum(({ events_day: events }) => events),
    set_aside_day: sum(({ set_aside: aside }) => Object.values(aside).reduce((all, one) => all + one, 0)),
  };
}
