import type { JudgedIncident } from '#libs/access-store/verdicts/judged-cases.js';
import type { BacktestIncident, BacktestResult } from '#libs/detection/history/backtest.js';
import { subjectName } from '#libs/contracts/incident.js';
import { firedAt } from '#libs/detection/history/history-judge.js';

/** What becomes of an incident that the rules in use find, when an exception is added: `weaker` fires later or ends with fewer patients. */
export type Fate = 'gone' | 'weaker' | 'same';

export interface AffectedIncident {
  readonly fate: Fate;
  /** With the rules in use. */
  readonly present: BacktestIncident;
  /** What is found in its place with the exception. */
  readonly remains: readonly BacktestIncident[];
  /** The told incidents that it is: of the same account, at the same time. */
  readonly told: readonly JudgedIncident[];
}

export interface Effect {
  /** In order of first firing. */
  readonly incidents: readonly AffectedIncident[];
  /** Told incidents that the rules in use do not find in what is stored: nothing is shown of them. */
  readonly unfound: readonly JudgedIncident[];
}

/** What an exception does: the result of a backtest with it beside the rules in use, and what was told of the same accounts. */
export function effectOf({ comparison }: BacktestResult, told: readonly JudgedIncident[]): Effect {
  const incidents = comparison.incidents.flatMap(({ present, tried }) =>
    present.map((one) => {
      const remains = tried.filter((other) => isSame(one, other));
      return { fate: fateOf(one, remains), present: one, remains, told: told.filter((other) => isSame(one, other)) };
    }),
  );
  const found = new Set(incidents.flatMap((one) => one.told));
  return { incidents, unfound: told.filter((one) => !found.has(one)) };
}

type Placed = Pick<BacktestIncident, 'group_id' | 'subject_kind' | 'actor_id' | 'first_time' | 'last_time'>;

/** Of one account, and their times overlap; times are texts of one form. */
function isSame(one: Placed, other: Placed): boolean {
  return (
    one.group_id === other.group_id &&
    one.subject_kind === other.subject_kind &&
    one.actor_id === other.actor_id &&
    one.first_time <= other.last_time &&
    other.first_time <= one.last_time
  );
}

function fateOf(present: BacktestIncident, remains: readonly BacktestIncident[]): Fate {
  if (remains.length === 0) return 'gone';
  const fewer = Math.max(...remains.map(({ patients }) => patients)) < present.patients;
  return fewer || Math.min(...remains.map(firedAt)) > firedAt(present) ? 'weaker' : 'same';
}

/** Why the exception must not be: a line each; none where it takes away the case `caseId` and no case that was found true. */
export function objectionsTo({ incidents }: Effect, caseId: string): readonly string[] {
  const own = incidents.filter(({ told }) => told.some((one) => one.case_id === caseId));
  const none = `case ${caseId} is not found by the rules in use, so that there is nothing to except: rules have changed, an exception holds already, or its accesses are no longer stored`;
  return [
    ...(own.length === 0 ? [none] : own.filter(({ fate }) => fate !== 'gone').map(remaining)),
    ...incidents.filter(({ fate }) => fate !== 'same').flatMap(lostTruths),
  ];
}

function remaining({ present, remains }: AffectedIncident): string {
  const titles = new Set(remains.flatMap(({ rule_matches }) => rule_matches.map(({ title }) => title)));
  return `the exception does not take away the incident of ${placeOf(present)}, which is still found by: ${[...titles].join(', ')}`;
}

function lostTruths({ fate, present, told }: AffectedIncident): readonly string[] {
  const ids = new Set(told.filter(({ verdict }) => verdict === 'true_positive').map(({ case_id }) => case_id));
  const lost = fate === 'gone' ? 'would be lost' : 'would be found later or with fewer patients';
  return [...ids].map((id) => `case ${id} was found true, and its incident of ${placeOf(present)} ${lost}`);
}

/** An incident as people find it: whose, from when. */
export function placeOf({ group_id, first_time, ...of }: Omit<Placed, 'last_time'>): string {
  return `${group_id}/${subjectName(of)} from ${first_time.slice(0, 16).replace('T', ' ')} UTC`;
}
