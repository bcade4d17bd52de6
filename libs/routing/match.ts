import type { CaseRow } from '#libs/contracts/case-row.js';
import { levels } from '#libs/contracts/incident.js';
import { isOpen, nextOpen } from './calendar.js';
import { onCall } from './on-call.js';
import type { Level, Match, Policy, Routing, Target } from './routing.js';

/** What the routes say of a case: the policies to follow, or until when to wait (milliseconds of the wall clock). */
export interface Routed {
  readonly policies: readonly Policy[];
  readonly heldUntil: number | undefined;
}

/** First match wins, unless it goes on. */
export function routed(routing: Pick<Routing, 'routes' | 'policies'>, row: CaseRow, at: number): Routed {
  const names = new Set<string>();
  for (const { match, policy, goesOn, hold } of routing.routes) {
    if (!fits(match, row, at) || (hold && row.level === 'critical')) continue;
    if (hold && names.size === 0 && match.within) return { policies: [], heldUntil: nextOpen(match.within.calendar, at) };
    if (policy !== undefined) names.add(policy);
    if (!goesOn) break;
  }
  return { policies: [...names].flatMap((name) => routing.policies.get(name) ?? []), heldUntil: undefined };
}

function fits(match: Match, row: CaseRow, at: number): boolean {
  return (
    rank(row.level) >= rank(match.levelMin) &&
    some(match.groups, [row.group_id]) &&
    some(match.clinics, row.clinics) &&
    some(match.controllers, row.controllers) &&
    some(match.rules, row.rules) &&
    (!match.within || isOpen(match.within.calendar, at) === (match.within.when === 'open'))
  );
}

function some(wanted: readonly string[], given: readonly string[]): boolean {
  return wanted.length === 0 || given.some((one) => wanted.includes(one));
}

export function rank(level: Level): number {
  return levels.indexOf(level);
}

/** Receivers that some targets are at an instant, each once. `nobody` names the schedules on which nobody is then. */
export function resolve(
  routing: Routing,
  targets: readonly Target[],
  at: number,
): { readonly receivers: readonly string[]; readonly nobody: readonly string[] } {
  const nobody: string[] = [];
  const found = targets.flatMap((target) => {
    if (target.kind === 'receiver') return [target.name];
    if (target.kind === 'person') return routing.people.get(target.id) ?? [];
    const schedule = routing.schedules.get(target.schedule);
    const reached = routing.people.get((schedule && onCall(schedule, at)) ?? '') ?? [];
    if (reached.length === 0) nobody.push(target.schedule);
    return reached;
  });
  return { receivers: [...new Set(found)], nobody };
}
