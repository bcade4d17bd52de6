// What passes between the engine, which counts, and the model of habits, which says how much is too much.
// Types alone: libs/detection imports nothing else of this folder.
import type { SubjectKind } from '#libs/contracts/vocabulary.js';

/** A completed day of one account, or of another subject. */
export interface AccountDay {
  readonly groupId: string;
  readonly subject: SubjectKind;
  /** `actor_id`, or the address, device or session. */
  readonly key: string;
  /** Days since 1970-01-01 of the group's calendar. */
  readonly day: number;
  /** `actor_role`; empty where it is not known. */
  readonly role: string;
  /** `actor_kind`; empty where it is not known. */
  readonly kind: string;
  /** Id of a habit rule to the largest count that any of its windows reached that ends on this day; a rule with none is left out. */
  readonly most: Readonly<Record<string, number>>;
  /** An incident of this subject held on this day: it is not learned from. */
  readonly told: boolean;
}

/**
 * `volume`: counts are compared by the logarithm of their ratio. `rare`: by the difference of their roots, for what is mostly zero. `own`: with the account's own
 * days alone, in units of their spread, from two days on, whatever they hold.
 */
export const habitScales = ['volume', 'rare', 'own'] as const;
export type HabitScale = (typeof habitScales)[number];

/** What the model needs to know of a rule that asks for habit. */
export interface HabitRule {
  readonly id: string;
  /** Its share of the budget, among the weights of all habit rules of its subject. */
  readonly weight: number;
  readonly scale: HabitScale;
  /** Of a `volume`, a further share of it for days far beyond the account's own full ones in units of their spread; absent where these are not asked for. */
  readonly own?: number;
  /** It is told from its floor on, and what is usual only excuses: those of whom such work is known. Its weight comes beside those of all others. */
  readonly excuses?: boolean;
  /** Whoever it counts is a program, whatever the source says of its kind, and compared with itself. */
  readonly programs?: boolean;
  /** The count of its condition; nothing below is ever told. */
  readonly floor: number;
  readonly timespanMs: number;
  readonly subject: SubjectKind;
}

/** What the engine asks. Within a day of the calendar every answer is a constant, and so are the answers for a day that is past. */
export interface Habits {
  /** The day of the group's calendar that a time (milliseconds since 1970, UTC) belongs to. */
  dayOf(groupId: string, timeMs: number): number;
  /** When a day begins, milliseconds since 1970, UTC. */
  startOf(groupId: string, day: number): number;
  /**
   * The smallest count that is told on that day: at least the rule's floor; Infinity while nothing is known, the floor of a rule that excuses. `roles` is what accesses of that day say of the
   * account so far, empty text where one says none; it is asked for where no day of the account is known, and of several roles the one counts by which
   * the least is told. So a further role never makes it larger.
   */
  least(rule: HabitRule, groupId: string, key: string, day: number, roles: readonly string[]): number;
  /**
   * Of the test over several days, as a share of what is needed: it fires at 1 and above, given the largest counts of the day so far. Never
   * smaller for larger counts. 0 while nothing is known, and where no counts of that day reach it.
   */
  evidence(groupId: string, key: string, day: number, most: Readonly<Record<string, number>>): number;
}
