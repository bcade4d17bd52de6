import { type IncidentChange, subjectName } from '#libs/contracts/incident.js';
import type { AttackSeen, TruthBook } from './truth-book.js';

/** An incident that no attack had part in. */
export interface FalseIncident {
  readonly actorId: string;
  readonly rules: readonly string[];
  readonly patients: number;
  readonly firstTime: string;
  readonly occasion: string;
}

/** What the rules made of one simulation. */
export interface Played {
  readonly seed: number;
  readonly days: number;
  readonly staff: number;
  readonly events: number;
  readonly rows: number;
  readonly attacks: readonly AttackSeen[];
  /** With the exceptions for announced work, and without any. */
  readonly falseIncidents: readonly FalseIncident[];
  readonly falseWithoutExceptions: readonly FalseIncident[];
  /** Exceptions that were declared. */
  readonly exceptions: number;
}

/** Whose an incident is: an account's, or all that have an address in common. */
function actorsOf({ subject_kind, actor_id, accounts }: IncidentChange): readonly string[] {
  return subject_kind === 'account' ? [actor_id] : accounts;
}

/** Those that are left where the first case of an account makes an exception for its rules: of the others no rule is new for their account. */
export function firstOfEachRule(incidents: readonly FalseIncident[]): readonly FalseIncident[] {
  const known = new Set<string>();
  return incidents.filter(({ actorId, rules }) => {
    const before = known.size;
    for (const rule of rules) known.add(`${actorId} ${rule}`);
    return known.size > before;
  });
}

/** What may be linked to one case and answered once: of accounts of one role, or on one occasion, that a rule told on the same day (UTC). */
export function mattersOf(incidents: readonly FalseIncident[]): readonly (readonly FalseIncident[])[] {
  const matters: FalseIncident[][] = [];
  const isOfIt = (one: FalseIncident, other: FalseIncident): boolean =>
    one.occasion === other.occasion &&
    one.firstTime.slice(0, 10) === other.firstTime.slice(0, 10) &&
    one.rules.some((rule) => other.rules.includes(rule));
  for (const one of incidents) {
    const matter = matters.find((others) => others.some((other) => isOfIt(one, other)));
    if (matter) matter.push(one);
    else matters.push([one]);
  }
  return matters;
}

const told = new Set(['incident.opened', 'incident.step', 'incident.rule_added']);

/** Follows the changes that an engine gives, and says in the end which incidents were false. */
export class IncidentLog {
  readonly #incidents = new Map<string, IncidentChange>();

  constructor(private readonly book: TruthBook) {}

  /** `onTold` for the engine whose notifications people would get. */
  take(changes: readonly IncidentChange[], atMs: number, isTold: boolean): void {
    for (const change of changes) {
      this.#incidents.set(change.incident_id, change);
      if (isTold && told.has(change.change_type))
        for (const actor of actorsOf(change)) this.book.noteTold(actor, atMs, change.patients_at_detection, change.rules);
    }
  }

  falseIncidents(): readonly FalseIncident[] {
    return [...this.#incidents.values()]
      .filter(({ state }) => state === 'open' || state === 'closed')
      .flatMap((change) => {
        const { rules, patients, first_time, last_time } = change;
        const from = Date.parse(first_time);
        const to = Date.parse(last_time);
        const actors = actorsOf(change);
        if (actors.some((actor) => this.book.isAttack(actor, from, to))) return [];
        const occasions = new Set(actors.map((actor) => this.book.occasion(actor, from, to)));
        return { actorId: subjectName(change), rules, patients, firstTime: first_time, occasion: [...occasions].join(' and ') };
      });
  }
}
