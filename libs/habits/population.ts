import { AccountState } from './account-state.js';
import { AccountStates, flagsAfter } from './account-states.js';
import { raiseCeilings } from './ceilings.js';
import { CommonStep, StepsSoFar } from './learn/common-step.js';
import { forgottenAfterDays, newcomerDays } from './constants.js';
import { DayView } from './day-view.js';
import { FirstPeers } from './learn/first-peers.js';
import { evidenceCode, evidenceOf, LearnedDayWriter } from './learned-day.js';
import { ownColumnsOf } from './own/own-view.js';
import { HonestWork } from './honest/honest-work.js';
import { PeerGroups } from './peer-groups.js';
import { flag, PendingDays } from './pending-days.js';
import { RoleNames } from './role-names.js';
import type { AccountDay, HabitRule } from './seams.js';
import type { Learning } from './learn/learning.js';
import { surpriseOf } from './surprise.js';
import { ToldDays } from './honest/told-days.js';
import { WeekDays } from './week-days.js';

/** Accounts learned between two yields. */
const accountsAtATime = 128;

export interface PopulationOptions {
  /** Rules of this subject, in the order of their ids. */
  readonly rules: readonly HabitRule[];
  /** False incidents of a week that are allowed. */
  readonly budget: number;
}

/**
 * The accounts of one group, or its other subjects of one kind, that are compared with each other. Days are given by `add`, in any order;
 * `learning` makes the model of a day of all that was given before.
 */
export class Population {
  readonly #states: AccountStates;
  readonly #peers: PeerGroups;
  readonly roles = new RoleNames();
  readonly #ruleDays: number[];
  readonly #ownColumns: readonly number[];
  readonly #columnOf: ReadonlyMap<string, number>;
  readonly #views = new Map<number, DayView>();
  readonly #weekDays = new WeekDays();
  readonly #told = new ToldDays();
  readonly #honest = new HonestWork();
  #roleSizes: ReadonlyMap<number, number> = new Map();
  #pending: PendingDays;
  #step = 0;
  readonly #steps: StepsSoFar;
  #latest: DayView;

  constructor(private readonly options: PopulationOptions) {
    const columns = options.rules.length;
    this.#ownColumns = ownColumnsOf(options.rules);
    this.#states = new AccountStates(columns, this.#ownColumns);
    this.#peers = new PeerGroups(columns, this.#ownColumns.length, this.roles);
    this.#ruleDays = options.rules.map(() => 0);
    this.#steps = new StepsSoFar(columns);
    this.#columnOf = new Map(options.rules.map(({ id }, column) => [id, column]));
    this.#pending = new PendingDays(columns, (one, other) => this.roles.laterOf(one, other));
    this.#latest = this.#view(0);
  }

  get accounts(): number {
    return this.#states.size;
  }
  /** Rules whose thresholds wait; see `ViewParts`. */
  get waiting(): ReadonlySet<number> {
    return this.#steps.waiting;
  }
  columnOf(rule: string): number | undefined {
    return this.#columnOf.get(rule);
  }
  /** The model of a day, if it was made and is still kept. */
  viewOf(day: number): DayView | undefined {
    return this.#views.get(day);
  }
  /** Reads what the model `view` knows of an account. */
  read(key: string, view: DayView, into: AccountState): void {
    const slot = this.#states.slotOf(key);
    if (slot === undefined) into.clear();
    else this.#states.read(slot, view.parts.step, into);
  }
  get bytes(): number {
    return this.#states.bytes + this.#pending.bytes;
  }

  add(day: AccountDay): void {
    const counts = this.options.rules.map(({ id }) => day.most[id] ?? 0);
    // Most feeds say of nobody that it is a program; the hospital's own list, by which rules count them, knows.
    const isProgram = this.options.rules.some(({ programs }, column) => programs === true && (counts[column] ?? 0) > 0);
    const flags = (day.told ? flag.told : 0) | (isProgram || day.kind === 'service' ? flag.service : 0);
    const slot = this.#states.take(day.key);
    this.#pending.add(slot, day.day, { role: this.roles.numberOf(day.role), flags, countOf: (column) => counts[column] ?? 0 });
  }

  /** Somebody says that what was told of an account on these days was honest. */
  judge(key: string, days: { readonly from: number; readonly to: number }): void {
    this.#told.judge(key, days);
  }

  /** Learns what was given, a day at a time, and makes the model of `day`; models before `oldestDay` are let go. Yields now and then. */
  *learning(day: number, oldestDay: number): Generator<void, void> {
    const pending = this.#pending;
    this.#pending = pending.next();
    for (const { key, day: of, told } of this.#told.take()) {
      const flags = flag.told | (told.isService ? flag.service : 0);
      pending.add(this.#states.take(key), of, { role: told.role, flags, countOf: (column) => told.counts[column] ?? 0 });
    }
    for (const step of pending.byDay()) {
      yield;
      if (step) yield* this.#learn(pending, step.day, step.rows);
    }
    this.#views.set(day, this.#latest);
    for (const old of this.#views.keys()) if (old < oldestDay) this.#views.delete(old);
    this.#told.forget(day);
    const oldest = Math.min(...[...this.#views.values()].map(({ parts }) => parts.step));
    yield* this.#states.fold(oldest, day - forgottenAfterDays);
  }

  *#learn(pending: PendingDays, day: number, rows: readonly number[]): Generator<void, void> {
    const judged = this.#views.get(day);
    const view = judged ?? this.#latest;
    const columns = this.#ruleDays.length;
    const first = view.knows ? undefined : yield* FirstPeers.of(pending, rows, (row) => this.#flagsIn(pending, row, day));
    this.#beginRules(pending, rows);
    yield;
    const learning: Learning = {
      pending,
      day,
      view,
      first,
      wasJudged: judged?.knows === true,
      writer: new LearnedDayWriter(day, rows.length),
      state: new AccountState(columns, this.#ownColumns),
      now: new AccountState(columns, this.#ownColumns),
      common: new CommonStep(columns),
      staff: 0,
    };
    for (const [done, row] of rows.entries()) {
      this.#learnRow(learning, row);
      if (done % accountsAtATime === accountsAtATime - 1) yield;
    }
    this.#states.learn(++this.#step, learning.writer.finish());
    this.#weekDays.add(day, learning.staff);
    yield* this.#peers.endDay(day, day === this.#states.firstDay, this.#ruleDays);
    const carried = new Map<string, number>();
    const roleSizes = new Map<number, number>();
    const heed = (slot: number, { evidence, role, isService, last }: AccountState): void => {
      if (!isService && day - last <= 2 * newcomerDays) roleSizes.set(role, (roleSizes.get(role) ?? 0) + 1);
      let most = 0;
      for (const one of evidence) if (one > most) most = one;
      if (most > 0) carried.set(this.#states.keyOf(slot), most);
    };
    yield* raiseCeilings({ states: this.#states, step: this.#step, day, ruleDays: this.#ruleDays, peers: this.#peers, heed });
    this.#steps.endDay(learning.common, day);
    this.#roleSizes = roleSizes;
    this.#latest = this.#view(day, carried);
  }

  #learnRow(learning: Learning, row: number): void {
    const { pending, day, view, state, now, writer } = learning;
    const slot = pending.slotOf(row);
    const earlier = this.#states.earlier(slot, day);
    const flags = flagsAfter(this.#flagsIn(pending, row, day), earlier);
    const learns = (flags & (flag.lift | flag.correction)) === 0 && ((flags & flag.told) === 0 || (flags & flag.honest) !== 0);
    const compares = learns && (flags & flag.service) === 0;
    const isKept = (flags & (flag.told | flag.honest)) === flag.told;
    if (isKept) this.#keepTold(pending, row, day);
    if (flags & flag.honest) this.#noteHonest(pending, row, day);
    this.#states.read(slot, view.parts.step, state);
    state.role = pending.roleOf(row);
    if (state.first === 0 && view.knowsRole(this.roles.nameOf(state.role))) state.first = day;
    state.isService = (flags & flag.service) !== 0;
    if (isKept && !earlier && !state.isService && learning.wasJudged) this.#compareTold(learning, row);
    const evidence = compares ? this.#compare(learning, row) : undefined;
    if (this.#ownColumns.length > 0) this.#states.read(slot, this.#step, now);
    const columns = learns || flags & flag.correction ? this.#ruleDays.length : 0;
    for (let column = 0; column < columns; column += 1) {
      const count = pending.countOf(row, column);
      const counted = flags & flag.correction ? Math.max(0, count - (earlier?.countOf(column) ?? 0)) : count;
      if (counted === 0) continue;
      const own = this.#latest.own.learnedOf(now, column, { day, count, flags, since: this.#steps.since });
      writer.count(column, counted, { evidence: evidence?.[column] ?? 0, ...own });
    }
    writer.row(slot, state.role, learns && learning.wasJudged ? flags | flag.judged : flags);
  }

  #flagsIn(pending: PendingDays, row: number, day: number): number {
    const flags = pending.flagsOf(row);
    const isHonest = (flags & flag.told) !== 0 && this.#told.isHonest(this.#states.keyOf(pending.slotOf(row)), day);
    return isHonest ? flags | flag.honest : flags;
  }

  #keepTold(pending: PendingDays, row: number, day: number): void {
    const counts = Uint16Array.from(this.options.rules, (_, column) => pending.countOf(row, column));
    const isService = (pending.flagsOf(row) & flag.service) !== 0;
    this.#told.keep(this.#states.keyOf(pending.slotOf(row)), day, { role: pending.roleOf(row), isService, counts });
  }

  #noteHonest(pending: PendingDays, row: number, day: number): void {
    const key = this.#states.keyOf(pending.slotOf(row));
    for (const [column, { excuses, floor }] of this.options.rules.entries()) {
      const count = pending.countOf(row, column);
      if (excuses && count >= floor) this.#honest.note(column, key, { day, count, role: pending.roleOf(row) });
    }
  }

  /** A day that is not learned says all the same whether it went far: of a large step most accounts are told. */
  #compareTold({ pending, day, view, state, common }: Learning, row: number): void {
    const key = this.#states.keyOf(pending.slotOf(row));
    common.count(true);
    for (const [column, { scale }] of this.options.rules.entries()) {
      const count = pending.countOf(row, column);
      common.see(
        column,
        Math.min(
          scale === 'own' ? 1 : view.pOf(key, state, column, { count, day }),
          view.own.pOf(key, state, column, { count, day }),
        ),
        true,
      );
    }
  }

  /** An honest day is learned by the peers, and compared with what was usual. Gives the codes of its evidence. */
  #compare(learning: Learning, row: number): Uint8Array {
    const { pending, day, view, state, first } = learning;
    const key = this.#states.keyOf(pending.slotOf(row));
    const among = view.classOf(state, day);
    const peers = this.#peers.of(state.role, among);
    const codes = new Uint8Array(this.#ruleDays.length);
    learning.staff += 1;
    if (learning.wasJudged) learning.common.count(false);
    for (const one of peers) one.countDay();
    view.own.compare(key, state, day, {
      peers,
      waiting: this.#steps.waiting,
      since: this.#steps.since,
      countOf: (column) => pending.countOf(row, column),
    });
    for (const [column, { scale }] of this.options.rules.entries()) {
      const count = pending.countOf(row, column);
      for (const one of peers) one.count(column, count);
      const usual = first?.without(state.role, column, count) ?? view.usualOf(state, column, among)?.usual;
      if (usual === undefined || (this.#ruleDays[column] ?? 0) < 1) continue;
      const z = surpriseOf(count, usual, scale);
      if (!this.#steps.waiting.has(column)) for (const one of peers) one.surprise(column, z, key, day);
      if (count === 0 || !learning.wasJudged) continue;
      // Where peers have no share, how far they go makes nothing wait.
      const p = scale === 'own' ? 1 : view.fitOf(key, state, column, among).p(z);
      codes[column] = evidenceCode(view.logEvidence(view.pOverDays(key, state, column, { count, day })));
      learning.common.see(column, Math.min(p, view.own.pOf(key, state, column, { count, day })), false);
    }
    if (!learning.wasJudged) return codes;
    // Rounded as it is kept, and so as it is carried on.
    const overDays = view.logOverDays(state, (column) => evidenceOf(codes[column] ?? 0));
    peers.at(-1)?.evidence(overDays, key, day);
    return codes;
  }

  /** A rule is known from the first day on that anybody met it. */
  #beginRules(pending: PendingDays, rows: readonly number[]): void {
    for (const [column, days] of this.#ruleDays.entries())
      if (days > 0 || rows.some((row) => pending.countOf(row, column) > 0)) this.#ruleDays[column] = days + 1;
  }

  /** After `day` was learned. */
  #view(day: number, carried?: ReadonlyMap<string, number>): DayView {
    return new DayView(
      {
        ...this.#peers.view(),
        rules: this.options.rules,
        step: this.#step,
        firstDay: this.#states.firstDay,
        roleNames: this.roles.names,
        ruleDays: [...this.#ruleDays],
        waiting: this.#steps.waiting,
        since: [...this.#steps.since],
        honest: this.#honest.view(day),
        roleSizes: this.#roleSizes,
        weekDays: this.#weekDays.count,
        budget: this.options.budget,
      },
      carried,
    );
  }
}
