import type { EngineState } from '../state/engine-state.js';
import type { Incident } from '../incidents/incident.js';
import { adoptDays } from './adopt-days.js';
import { nameOf, replaceLedgers, type Whole } from './replace-ledgers.js';
import { joinEntries } from './join-entries.js';
import { canBeUndone, type Stretch, undoneSeries, withStretch } from './undone-matches.js';
import { noCell } from '../memory/cell-key.js';
import type { Marks } from '../memory/marks.js';
import { hashBytes } from '../scan/keyed-hash.js';
import { viewOf } from '../scan/scan-text.js';
import { noSelections } from '../memory/selection-sets.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** An engine, as far as history goes through it. */
interface JudgesPast {
  recall(bytes: Uint8Array): void;
  apply(frame: { readonly offset: number; readonly bytes: Uint8Array }, detectedAt: Milliseconds): unknown;
  takeChanges(options: { readonly includeUpdates: boolean }): unknown;
}

/** Accounts that move in one go, and their entries in the shared ledger, about. */
const accountsAtATime = 64;
const entriesAtATime = 50_000;
const books = ['incidents', 'suppressed'] as const;
const noEntries = new Uint32Array(0);

/**
 * Fills the windows of a live engine with accesses of the past. A second engine of the same rules judges history in order of time, and then
 * what the live one has judged since history ends, each row once and at the price of a live one. Then the accounts move over one by one: their
 * entries are joined with those that the live engine holds, which may be asked to judge between any two of them.
 *
 * It tells nothing itself. Where history holds what the live engine has not seen, the account waits to be judged again, which tells it exactly,
 * under the ids that were told.
 */
export class Fill {
  /** The next account of the second engine. */
  #next = 1;
  #frames = 0;
  /** Ids of rules that more accesses can undo: they are waited for, or they cut a silence. */
  readonly #undone: ReadonlySet<string>;
  /** Series that count their matches. */
  readonly #undoneIn: ReadonlySet<number>;

  constructor(
    private readonly live: EngineState,
    /** Shares marks and selections with the live one. */
    private readonly past: { readonly engine: JudgesPast; readonly state: EngineState },
    /** Of the frame that the live engine judged last. */
    private readonly offset: () => number,
    /** Event time above which history is whole. */
    private readonly fromMs: Milliseconds,
  ) {
    this.#undoneIn = undoneSeries(live.compiled);
    this.#undone = new Set(live.compiled.rules.filter(canBeUndone).map(({ rule }) => rule.id));
  }

  /** Takes in when accounts were there before, first of all: rows of the outline that the rules' reach asks for, in order of time. */
  recall(bytes: Uint8Array): void {
    this.past.engine.recall(bytes);
  }

  /** Takes rows of history in, in order of time; or, after them, a frame that the live engine has judged since. */
  take(bytes: Uint8Array): void {
    const { engine } = this.past;
    engine.apply({ offset: this.#frames, bytes }, 0);
    this.#frames += 1;
    engine.takeChanges({ includeUpdates: true });
  }

  /** Moves the next accounts over, a few. False when there is none left: the windows are full, and hold what lies above `fromMs`. */
  moveNext(accountsMax = accountsAtATime): boolean {
    const { past, live } = this;
    const moving = new Map<number, number>();
    let entries = 0;
    for (
      ;
      this.#next < past.state.windows.accounts.end && moving.size < accountsMax && entries < entriesAtATime;
      this.#next += 1
    ) {
      const key = past.state.windows.accounts.key(this.#next);
      if (!key) continue;
      const account = this.#accountOf(key);
      entries +=
        past.state.windows.main.store.length(past.state.windows.index.mainOf(this.#next)) +
        live.windows.main.store.length(live.windows.index.mainOf(account));
      moving.set(account, this.#next);
    }
    if (live.settler.size > 0) live.settler.forget(moving);
    for (const [account, from] of moving) this.#move(account, from);
    if (moving.size > 0) return true;
    live.windows.knownFrom = Math.max(live.windows.knownFrom, this.fromMs);
    live.sharesNumbers = false;
    return false;
  }

  #move(account: AccountNumber, from: number): void {
    const { live, past } = this;
    live.copies?.keep(account);
    const wholes = this.#wholes(from, account);
    replaceLedgers(live, account, wholes);
    const { accounts } = live.windows;
    accounts.setNewest(account, Math.max(accounts.newest(account), past.state.windows.accounts.newest(from)));
    accounts.setOldest(account, Math.min(accounts.oldest(account), past.state.windows.accounts.oldest(from)));
    accounts.setSince(account, this.fromMs);
    live.compiled.dormancies.forEach((_, index) => live.dormancy.adopt(account, index, past.state.dormancy, from));
    this.#moveDays(account, from);
    for (const kind of books) this.#compare(kind, account, from);
    // What history could not judge in its turn waits to be judged again, as it would have if the live engine had met it.
    const doubt = past.state.rejudgements.byAccount.get(from);
    if (doubt) live.rejudgements.ask(account, accounts.names(account), doubt.from, doubt.to, this.offset());
    past.state.windows.index.close(from);
  }

  /** Days of which history has every window; of others what is held says more. */
  #moveDays(account: AccountNumber, from: number): void {
    const { live, past } = this;
    if (!live.days || !past.state.days) return;
    const longestMs = Math.max(...live.compiled.dayCounts.map(({ habit, rule }) => habit.timespanMs + (rule?.innerMs ?? 0)));
    const whole = { from: this.fromMs + longestMs, to: Number.POSITIVE_INFINITY };
    adoptDays({ days: live.days, account }, { days: past.state.days, account: from }, whole);
  }

  /** Times of which history has every access and has judged what waits for more. */
  get #decided(): Stretch {
    const { compiled, settler } = this.past.state;
    const waitsMs = Math.max(0, ...compiled.rules.map((rule) => rule.waitsMs));
    return { from: this.fromMs + compiled.reach.windowsMs, to: settler.watermark - waitsMs - 1 };
  }

  #accountOf(key: Uint8Array): AccountNumber {
    const { accounts } = this.live.windows;
    const hash = hashBytes(viewOf(key), 0, key.length);
    const found = accounts.find(viewOf(key), 0, key.length, hash);
    return found || accounts.add(key, viewOf(key), 0, key.length, hash);
  }

  #wholes(from: number, account: AccountNumber): readonly Whole[] {
    const { live, past } = this;
    const held = new Map([...live.windows.othersOf(account)].map((one) => [nameOf(one), one]));
    const found = new Map([...past.state.windows.othersOf(from)].map((one) => [nameOf(one), one]));
    const others = [...new Set([...held.keys(), ...found.keys()])].flatMap((name): Whole[] => {
      const [here, there] = [held.get(name), found.get(name)];
      const number = (here ?? there)?.series.index ?? 0;
      const series = live.compiled.others[number - 1];
      if (!series) return [];
      const cell = Uint8Array.from((here ?? there)?.cell ?? []);
      const own = here ? live.windows.ledgersOf(series).store.slice(here.ledger) : noEntries;
      const more = there ? past.state.windows.ledgersOf(series).store.slice(there.ledger) : noEntries;
      const { width } = live.windows.ledgersOf(series).store;
      const joined = joinEntries(own, more, width, live.marks);
      return [{ series, cell, entries: this.#undoneIn.has(number) ? withStretch(joined, more, width, this.#decided) : joined }];
    });
    const [here, there] = [live.windows.index.mainOf(account), past.state.windows.index.mainOf(from)];
    const own = here ? live.windows.main.store.slice(here) : noEntries;
    const more = there ? past.state.windows.main.store.slice(there) : noEntries;
    return [
      {
        series: live.compiled.main,
        cell: noCell.bytes,
        entries: joinEntries(own, more, live.windows.main.store.width, live.marks),
      },
      ...others,
    ];
  }

  /** Has the account judged again where the two differ. */
  #compare(kind: (typeof books)[number], account: AccountNumber, from: number): void {
    const known = this.live[kind].byAccount.get(account) ?? [];
    const found = this.past.state[kind].byAccount.get(from) ?? [];
    for (const one of found) if (!known.some((other) => covers(other, one, this.live.marks))) this.#ask(account, one);
    // A rule that more accesses undo may have held over windows that were not full.
    for (const one of known)
      if (one.lastTime > this.fromMs && this.#mayBeUndone(one) && !found.some((other) => covers(other, one, this.live.marks)))
        this.#ask(account, one);
    // Told while windows were not full, by rules that were changed once more before they were, it lacks what had come before; and no rule of now finds that.
    for (const one of known) if (one.lastTime > this.fromMs && this.#countsFormer(kind, one)) this.#ask(account, one);
  }

  #countsFormer(kind: (typeof books)[number], { firedSet }: Incident): boolean {
    const former = kind === 'incidents' ? this.live.formerOf(firedSet) : this.live.former.within(firedSet);
    return former !== noSelections;
  }

  #mayBeUndone({ matches }: Incident): boolean {
    return this.#undone.size > 0 && [...matches.keys()].some((id) => this.#undone.has(id));
  }

  #ask(account: AccountNumber, { firstFired, lastTime }: Incident): void {
    const { live } = this;
    live.rejudgements.ask(account, live.windows.accounts.names(account), firstFired, lastTime, this.offset());
  }
}

/** Whether an incident is known to say all that another says. Of one that ended long ago only the figures are left. */
function covers(known: Incident, other: Incident, marks: Marks): boolean {
  if (known.patients < other.patients || known.patientsAtFiring < other.patientsAtFiring) return false;
  const matches = [...other.matches.values()].every((one) => {
    const match = known.matches.get(one.ruleId);
    if (!match || match.firstFired > one.firstFired || match.lastFired < one.lastFired) return false;
    if (match.firstFired < one.firstFired) return true;
    return match.value >= one.value && match.spread >= one.spread && match.begins <= one.begins;
  });
  if (!matches || known.archived) return matches;
  // What no longer says where its accesses were cannot be said to be known.
  if (other.archived) return false;
  const places = placesOf(known, marks);
  return [...placesOf(other, marks)].every(
    ([place, set]) => marks.sets.without(set, places.get(place) ?? noSelections) === noSelections,
  );
}

/** Clinics and kinds of data of its accesses, each with the selections that they were seen under: other rules may ask for more of them. */
function placesOf({ marks: seen }: Incident, marks: Marks): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [mark, set] of seen) {
    const place = `${marks.clinicOf(mark)} ${marks.maskOf(mark)}`;
    places.set(place, marks.sets.union(places.get(place) ?? noSelections, set));
  }
  return places;
}
