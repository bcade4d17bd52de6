import { hash } from 'node:crypto';
import { type SubjectKind, subjectKinds } from '#libs/contracts/vocabulary.js';
import { AccountState } from './account-state.js';
import { DayCalendar } from '#libs/formats/times/day-calendar.js';
import { daysAnswered, unmetAfterDays } from './constants.js';
import { leastUnknown } from './day-view.js';
import { explained, type HabitExplanation } from './explain-day.js';
import { type AsKnown, readAs } from './first-seen.js';
import { ownColumnsOf } from './own/own-view.js';
import { Population } from './population.js';
import type { AccountDay, HabitRule, Habits } from './seams.js';
import { leastUnmet } from './unmet.js';

export interface HabitOptions {
  /** Habit rules of every subject. */
  readonly rules: readonly HabitRule[];
  /** False incidents of a week and group that are allowed, over accounts; a fifth more over each kind of other subjects. */
  readonly falseIncidentsPerWeek: number;
  /** Zone of the calendar, IANA. */
  readonly zone: string;
}

/** Days, both included, of which somebody has said that what was told on them was honest. */
export interface HonestDays {
  readonly groupId: string;
  readonly subject: SubjectKind;
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

/** Of the budget, what each kind of other subjects has for itself. */
const laneShare = 0.2;

/**
 * What every account usually does, and from when on it is too much. Days are given by `add` in any order, as often as they like; `learning` makes
 * the model of a day out of all that was given before, and a model that was made never changes. It has no clock and does no I/O: the same
 * days between the same models give the same thresholds.
 */
export class HabitModel implements Habits {
  readonly #calendar: DayCalendar;
  readonly #populations = new Map<string, Population>();
  readonly #rules: ReadonlyMap<SubjectKind, readonly HabitRule[]>;
  readonly #states = new Map<SubjectKind, AccountState>();
  /** Of accounts, without their own days: evidence of several days is asked for most often, and none of these decides it. */
  readonly #withoutOwn: AccountState;
  /** The smallest count that is told of rules that nobody has met, by their ids. */
  readonly #unmet = new Map<string, number>();
  #day = 0;

  constructor(private readonly options: HabitOptions) {
    this.#calendar = new DayCalendar(options.zone);
    const rules = new Map<SubjectKind, HabitRule[]>();
    for (const rule of options.rules.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
      rules.set(rule.subject, [...(rules.get(rule.subject) ?? []), rule]);
    this.#rules = rules;
    for (const [subject, list] of rules) this.#states.set(subject, new AccountState(list.length, ownColumnsOf(list)));
    this.#withoutOwn = new AccountState(rules.get('account')?.length ?? 0);
  }

  dayOf(_groupId: string, timeMs: number): number {
    return this.#calendar.dayOf(timeMs);
  }
  startOf(_groupId: string, day: number): number {
    return this.#calendar.startOf(day);
  }

  /** The day of the newest model; 0 before the first. */
  get day(): number {
    return this.#day;
  }

  /** A completed day. What no rule asks for is passed over. */
  add(day: AccountDay): void {
    this.#population(day.groupId, day.subject, true)?.add(day);
  }

  /** Somebody says that what was told of an account, or another subject, from one day to another was honest: it is learned then, and lifts its ceiling. */
  judge({ groupId, subject, key, from, to }: HonestDays): void {
    this.#population(groupId, subject, true)?.judge(key, { from, to });
  }

  /** Makes the model of a day; yields at least every few milliseconds. Days that are not later than the newest model make none. */
  *learning(day: number): Generator<void, void> {
    // Days that nobody asked for have a model all the same: whoever lags behind judges them later.
    for (let next = Math.max(this.#day + 1, day - daysAnswered + 1); next <= day; next += 1) {
      for (const population of this.#populations.values()) yield* population.learning(next, next - daysAnswered + 1);
      this.#day = next;
    }
  }

  least(rule: HabitRule, groupId: string, key: string, day: number, roles: readonly string[] = []): number {
    const known = this.#known(rule.subject, groupId, key, day);
    const column = known?.population.columnOf(rule.id);
    if (this.#isUnmet(rule, column === undefined ? undefined : known?.view.parts.ruleDays[column], { groupId, day }))
      return rule.excuses ? rule.floor : this.#leastUnmet(rule);
    if (!known || column === undefined) return leastUnknown(rule);
    const { view, state } = known;
    if (rule.subject === 'account') readAs({ ...known, key, column, day }, roles);
    return view.leastOf(key, state, column, day);
  }

  evidence(groupId: string, key: string, day: number, most: Readonly<Record<string, number>>): number {
    if (this.#population(groupId, 'account', false)?.viewOf(day)?.mayReach(key) !== true) return 0;
    const known = this.#known('account', groupId, key, day, this.#withoutOwn);
    if (!known) return 0;
    const { rules } = known.view.parts;
    return known.view.evidenceOf(key, known.state, day, (column) => most[rules[column]?.id ?? ''] ?? 0);
  }

  /** The numbers behind `least`, for a count of the day; undefined while nothing is known. */
  explainDay(
    rule: HabitRule,
    groupId: string,
    key: string,
    { day, count, roles = [] }: { readonly day: number; readonly count: number; readonly roles?: readonly string[] },
  ): HabitExplanation | undefined {
    const known = this.#known(rule.subject, groupId, key, day);
    const column = known?.population.columnOf(rule.id);
    if (!known || column === undefined) return undefined;
    const asRole = rule.subject === 'account' ? readAs({ ...known, key, column, day }, roles) : undefined;
    return explained({ ...known, key, column, day }, { rule, count, asRole });
  }

  /** 16 hexadecimal digits that are the same where the thresholds of the newest model are; empty before the first. */
  get digest(): string {
    if (this.#day === 0) return '';
    const texts = [...this.#populations]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, population]) => `${name}\n${JSON.stringify([population.accounts, population.viewOf(this.#day)?.outline()])}`);
    return hash('sha256', texts.join('\n'), 'hex').slice(0, 16);
  }

  /** Accounts, or other subjects, that are known, of all groups. */
  accounts(subject: SubjectKind): number {
    let sum = 0;
    for (const [name, population] of this.#populations) if (name.startsWith(`${subject} `)) sum += population.accounts;
    return sum;
  }

  /** Rules whose thresholds wait, because on the last day that was learned many accounts of a group went far at once. */
  waiting(): readonly { readonly groupId: string; readonly subject: SubjectKind; readonly rule: string }[] {
    return [...this.#populations].flatMap(([name, population]) => {
      const [subject, groupId] = namesOf(name);
      return [...population.waiting].map((column) => ({ groupId, subject, rule: this.#rules.get(subject)?.[column]?.id ?? '' }));
    });
  }

  /** Bytes that accounts take, without their names. */
  get bytes(): number {
    let sum = 0;
    for (const population of this.#populations.values()) sum += population.bytes;
    return sum;
  }

  #known(
    subject: SubjectKind,
    groupId: string,
    key: string,
    day: number,
    state = this.#states.get(subject),
  ): Pick<AsKnown, 'population' | 'view' | 'state'> | undefined {
    const population = this.#population(groupId, subject, false);
    const view = population?.viewOf(day);
    if (!population || !view || !state) return undefined;
    population.read(key, view, state);
    return { population, view, state };
  }

  /**
   * Whether no subject of the kind was met by the rule on any day that was learned, while accounts of the group have been known for days on which it
   * could have been: what nobody has met leaves no record, and is then what is usual.
   */
  #isUnmet({ subject }: HabitRule, ruleDays = 0, { groupId, day }: { readonly groupId: string; readonly day: number }): boolean {
    if (subject === 'account' || ruleDays > 0) return false;
    const accounts = this.#population(groupId, 'account', false)?.viewOf(day)?.parts;
    return accounts !== undefined && accounts.firstDay > 0 && day - accounts.firstDay >= unmetAfterDays;
  }

  #leastUnmet({ id, subject }: HabitRule): number {
    const known = this.#unmet.get(id);
    if (known !== undefined) return known;
    const least = leastUnmet(this.#rules.get(subject) ?? [], id, this.#budgetOf(subject));
    this.#unmet.set(id, least);
    return least;
  }

  #budgetOf(subject: SubjectKind): number {
    return (subject === 'account' ? 1 : laneShare) * this.options.falseIncidentsPerWeek;
  }

  #population(groupId: string, subject: SubjectKind, makes: boolean): Population | undefined {
    const name = `${subject} ${groupId}`;
    const known = this.#populations.get(name);
    const rules = this.#rules.get(subject);
    if (known || !makes || !rules) return known;
    const population = new Population({ rules, budget: this.#budgetOf(subject) });
    this.#populations.set(name, population);
    return population;
  }
}

function namesOf(name: string): readonly [SubjectKind, string] {
  const space = name.indexOf(' ');
  const subject = name.slice(0, space);
  return [subjectKinds.find((kind) => kind === subject) ?? 'account', name.slice(space + 1)];
}
