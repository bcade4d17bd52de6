import type { BreachFacts } from './breach-facts.js';
import { type ClockName, clockNames, dueMs, type Length, type Lengths, lengthText } from './deadlines.js';

/**
 * `running`: it began, and what it waits for has not been done, be it late or not; `met`, `met_late`: done in time or not; `stopped`: there is
 * nothing to do any more, as no breach is none.
 */
export type ClockState = 'running' | 'met' | 'met_late' | 'stopped';

/** One clock of one controller. Instants as the contracts have them. */
export interface Clock {
  readonly clock: ClockName;
  readonly state: ClockState;
  readonly began_at: string;
  readonly due_at: string;
  /** Negative once it is over; of a clock that runs. */
  readonly seconds_left: number | undefined;
  /** When it was met. */
  readonly met_at: string | undefined;
  /** Of the authority. */
  readonly reference: string;
}

/** What makes a clock: when it began, what met it, and whether there is nothing to do any more. */
interface Course {
  readonly began: string | undefined;
  readonly met?: string | undefined;
  readonly reference?: string | undefined;
  readonly stopped?: boolean | undefined;
}

const courses: Readonly<Record<ClockName, (facts: BreachFacts) => Course>> = {
  gdpr33: (facts) => ({ ...awareness(facts), stopped: stopped33(facts), ...sentTo(facts, 'cnil') }),
  gdpr34: (facts) => {
    const informed = facts.peopleInformed.find(({ mode }) => mode !== 'not_informed');
    const [letters] = facts.sent.filter(({ authority }) => authority === 'people');
    const reason = facts.peopleInformed.some(({ mode }) => mode === 'not_informed');
    return {
      began: facts.highRiskSince,
      met: informed?.first_at ?? letters?.sent_at,
      reference: letters?.reference,
      stopped: reason,
    };
  },
  cert_sante: (facts) => ({ began: facts.breachSince, ...sentTo(facts, 'cert_sante') }),
  nis2_24: (facts) => ({ ...nis2(facts), ...sentTo(facts, 'anssi', ['early_warning', 'initial']) }),
  nis2_72: (facts) => ({ ...nis2(facts), ...sentTo(facts, 'anssi', ['initial', 'complementary', 'final']) }),
  nis2_month: (facts) => {
    const notified = nis2(facts).began === undefined ? undefined : sentTo(facts, 'anssi', ['initial']).met;
    return { began: notified, ...sentTo(facts, 'anssi', ['final']) };
  },
  investigation: ({ firstToldAt, firstQualifiedAt }) => ({ began: firstToldAt, met: firstQualifiedAt }),
};

/** The clocks that began, in the order of `clockNames`, as they are at an instant in milliseconds. */
export function clocksOf(facts: BreachFacts, lengths: Lengths, nowMs: number): readonly Clock[] {
  return clockNames.flatMap((clock) => clockOf(clock, courses[clock](facts), lengths[clock], nowMs) ?? []);
}

function clockOf(
  clock: ClockName,
  { began, met, reference = '', stopped }: Course,
  lengths: readonly Length[],
  nowMs: number,
): Clock | undefined {
  if (began === undefined) return undefined;
  // A change of the lengths moves what runs, and leaves what was met as it was.
  const due = dueMs(lengths, Date.parse(began), met === undefined ? nowMs : Date.parse(met));
  const common = { clock, began_at: began, due_at: new Date(due).toISOString(), met_at: met, reference };
  if (met !== undefined) return { ...common, state: Date.parse(met) <= due ? 'met' : 'met_late', seconds_left: undefined };
  if (stopped) return { ...common, state: 'stopped', seconds_left: undefined };
  return { ...common, state: 'running', seconds_left: Math.trunc((due - nowMs) / 1000) };
}

/** Awareness is a person's word, and begins nothing where it is no breach. */
function awareness({ qualified }: BreachFacts): Course {
  return { began: qualified?.aware_at };
}

/** Article 33(1): nothing is notified that is unlikely to be a risk to anybody. */
function stopped33({ qualified }: BreachFacts): boolean {
  return qualified !== undefined && (!qualified.is_breach || qualified.risk === 'none');
}

function nis2(facts: BreachFacts): Course {
  return facts.nis2 === 'none' || !facts.qualified?.is_breach ? { began: undefined } : awareness(facts);
}

function sentTo(
  { sent }: BreachFacts,
  to: BreachFacts['sent'][number]['authority'],
  phases?: readonly BreachFacts['sent'][number]['phase'][],
): Pick<Course, 'met' | 'reference'> {
  const own = sent.filter(({ authority, phase }) => authority === to && (phases?.includes(phase) ?? true));
  const [first] = own.toSorted((a, b) => (a.sent_at < b.sent_at ? -1 : 1));
  return first ? { met: first.sent_at, reference: first.reference } : {};
}

/** Changes of lengths as sentences for a timeline, with the instant since which each holds. */
export function lengthChanges(lengths: Lengths): readonly { readonly at: string; readonly text: string }[] {
  return clockNames.flatMap((clock) =>
    lengths[clock].flatMap((length, at, all) => {
      const before = all[at - 1];
      return length.since && before
        ? [{ at: length.since, text: `${clock}: ${lengthText(length)} instead of ${lengthText(before)}` }]
        : [];
    }),
  );
}
