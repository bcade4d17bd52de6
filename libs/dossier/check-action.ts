import type { CaseActionBody } from '#libs/contracts/case-action.js';
import type { BreachFacts } from './breach-facts.js';
import { clocksOf } from './clocks.js';
import type { ClockName, Lengths } from './deadlines.js';

/** Why an action about a breach does not hold, and of which field; and what its author should think about. */
export interface Check {
  readonly refusal?: { readonly field: string; readonly reason: string };
  readonly warnings: readonly string[];
}

/** How far a person's clock may lie ahead of ours, milliseconds. */
const aheadMs = 5 * 60_000;
/** Whoever is aware so much later than the case was taken is asked why, milliseconds. */
const lateAwarenessMs = 24 * 3_600_000;

const clockOfAuthority = {
  cnil: 'gdpr33',
  cert_sante: 'cert_sante',
  anssi: 'nis2_72',
  people: 'gdpr34',
} as const satisfies Record<string, ClockName>;

type BodyOf<Type extends CaseActionBody['type']> = Extract<CaseActionBody, { readonly type: Type }>;

/**
 * Whether what somebody wants to write down of a breach fits what is known of it for the controller that it names. Actions of other kinds
 * fit always. `nowMs` is wall clock.
 */
export function checkAction(action: CaseActionBody, facts: BreachFacts, lengths: Lengths, nowMs: number): Check {
  switch (action.type) {
    case 'breach.qualified':
      return checkQualified(action, facts, nowMs);
    case 'breach.informed':
      return checkTime('informed_at', action.informed_at, facts, nowMs) ?? fits;
    case 'dossier.sent':
      return checkTime('sent_at', action.sent_at, facts, nowMs) ?? checkSent(action, facts, lengths, nowMs);
    case 'dossier.people_informed':
      return checkInformed(action, facts, nowMs);
    default:
      return fits;
  }
}

const fits: Check = { warnings: [] };

function refused(field: string, reason: string): Check {
  return { refusal: { field, reason }, warnings: [] };
}

function checkTime(field: string, time: string, { firstTime }: BreachFacts, nowMs: number): Check | undefined {
  if (Date.parse(time) > nowMs + aheadMs)
    return refused(field, `${field} lies ahead of now; write down what was done, once it is`);
  if (time < firstTime) return refused(field, `${field} lies before the first access of the case (${firstTime})`);
  return undefined;
}

function checkQualified(action: BodyOf<'breach.qualified'>, facts: BreachFacts, nowMs: number): Check {
  const { is_breach, aware_at } = action;
  if (!is_breach)
    return aware_at === undefined ? fits : refused('aware_at', 'what is no breach starts no clock: leave aware_at out');
  if (aware_at === undefined) return refused('aware_at', 'a breach needs the instant at which the controller became aware of it');
  const wrong = checkTime('aware_at', aware_at, facts, nowMs);
  if (wrong) return wrong;
  const { acknowledgedAt } = facts;
  const isLate = acknowledgedAt !== undefined && Date.parse(aware_at) > Date.parse(acknowledgedAt) + lateAwarenessMs;
  return isLate
    ? { warnings: [`aware_at lies more than 24 h after somebody took the case (${acknowledgedAt}): an authority will ask why`] }
    : fits;
}

function checkSent(action: BodyOf<'dossier.sent'>, facts: BreachFacts, lengths: Lengths, nowMs: number): Check {
  const name = action.authority === 'anssi' && action.phase === 'early_warning' ? 'nis2_24' : clockOfAuthority[action.authority];
  // As it stood when it was sent: a length that came into force since does not make late what was in time.
  const clock = clocksOf(facts, lengths, Math.min(nowMs, Date.parse(action.sent_at))).find((one) => one.clock === name);
  if (!clock || clock.met_at !== undefined || action.sent_at <= clock.due_at || action.delay_reason !== undefined) return fits;
  return refused(
    'delay_reason',
    `the clock ${name} was due at ${clock.due_at} and this was sent at ${action.sent_at}: say why it is late (article 33(1))`,
  );
}

function checkInformed(action: BodyOf<'dossier.people_informed'>, facts: BreachFacts, nowMs: number): Check {
  const { mode, first_at, last_at, not_informed_reason } = action;
  if (mode === 'not_informed')
    return not_informed_reason === undefined
      ? refused('not_informed_reason', 'say which case of article 34(3) it is, where the persons are not informed')
      : fits;
  if (first_at === undefined) return refused('first_at', 'say when the first persons were informed');
  if (last_at !== undefined && last_at < first_at) return refused('last_at', 'last_at lies before first_at');
  return checkTime('first_at', first_at, facts, nowMs) ?? fits;
}
