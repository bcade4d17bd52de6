import type { EngineState } from '../state/engine-state.js';
import { FrameScanner } from '../scan/frame-scanner.js';
import type { Incident } from '../incidents/incident.js';
import { idOfHistory, type Opening, suppressedId } from '../incidents/opening.js';
import type { Pending, Rejudgement, Stretch } from '../state/rejudgements.js';
import { RowIntake } from '../row/row-intake.js';
import { adoptDays, toldOtherwise } from './adopt-days.js';
import { behind, isOf, type Line, linesOf } from './rows-of-account.js';
import { lateOf } from './late-accesses.js';
import { takeMatches } from './undone-matches.js';
import { ScannedRow } from '../scan/scanned-row.js';
import { hashBytes } from '../scan/keyed-hash.js';
import { viewOf } from '../scan/scan-text.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** What waits for its history, oldest first. */
export function rejudgementsOf(state: EngineState): readonly Rejudgement[] {
  return [...state.rejudgements.byAccount].map(([account, pending]) => rejudgementOf(state, account, pending));
}

function rejudgementOf(state: EngineState, account: AccountNumber, pending: Pending): Rejudgement {
  const { groupId, actorId, throughOffset } = pending;
  return { groupId, actorId, throughOffset, ...state.rejudgements.needOf(stretchOf(state, account, pending)) };
}

/** An account that is being judged again. */
interface Account {
  readonly key: Uint8Array;
  readonly asked: Rejudgement;
  readonly pending: Pending;
  /** Rows that have come of it since it waits, in order of time, as far as history has not passed them. */
  readonly lines: Line[];
  /** How many of them are known. */
  seen: number;
}

/**
 * Judges accounts over their stored rows and what has come since, in order of time, with an engine that forgets nothing, beside the live one.
 * What that finds is put in the place of what was known in a short turn at the end, in which what has come meanwhile is judged, too.
 */
export class Rejudging {
  readonly #intake: RowIntake;
  readonly #row = new ScannedRow();
  /** Of what has come since, which is judged between two of history. */
  readonly #line = new ScannedRow();
  readonly #accounts = new Map<string, Account>();
  #current: Account | undefined;
  /** Event time up to which rules that more accesses could undo have been judged, of any account. */
  #settledUntil = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly live: EngineState,
    private readonly history: EngineState,
  ) {
    this.#intake = new RowIntake(history, new Set());
  }

  /** False where other rules have taken the engine's place since. */
  isOf(state: EngineState): boolean {
    return state === this.live;
  }

  /** Bytes of what the accounts were found to hold. */
  get bytes(): number {
    return this.history.stats().bytes;
  }

  /** Entries looked at so far. */
  get looked(): number {
    return this.history.stats().looked;
  }

  /** The frames that follow are of this account. */
  begin(asked: Rejudgement): void {
    this.#finish();
    const key = Buffer.from(`${inner(asked.groupId)}","actor_id":"${inner(asked.actorId)}`);
    const pending = this.live.rejudgements.byAccount.get(accountOf(this.live, key));
    if (!pending) return;
    this.#intake.late = lateOf(this.live, accountOf(this.live, key), pending);
    const lines = linesOf(key, pending.lines.since(0), this.live.reader).toSorted((a, b) => a.time - b.time);
    this.#current = { key, asked, pending, lines, seen: pending.lines.count };
    this.#accounts.set(nameOf(asked), this.#current);
    // Accounts do not wait for one another's times.
    this.history.watermark = 0;
    this.history.settler.watermark = Number.NEGATIVE_INFINITY;
  }

  /** Takes rows of the account in, in order of time. Rows of others do no harm. */
  take(frame: Uint8Array): void {
    const current = this.#current;
    if (!current) return;
    const { key, lines } = current;
    const row = this.#row;
    let until = Number.NEGATIVE_INFINITY;
    for (const scanner = new FrameScanner(frame, this.history.reader); scanner.next(row);) {
      if (!isOf(row, key)) continue;
      const [due] = lines;
      if (due && due.time < row.time) this.#judge(lines.splice(0, behind(lines, row.time)));
      until = row.time;
      this.#intake.take(row, 0, 0);
    }
    this.#judge(lines.splice(0, behind(lines, until + 1)));
    this.history.countGrown();
  }

  /** Puts in place what was found of an account. False when it was asked for otherwise meanwhile, so that it must be judged once more. */
  adopt(asked: Rejudgement, detectedAt: Milliseconds): boolean {
    this.#finish();
    const { live } = this;
    const judged = this.#accounts.get(nameOf(asked));
    this.#accounts.delete(nameOf(asked));
    if (!judged) return false;
    const account = accountOf(live, judged.key);
    const pending = live.rejudgements.byAccount.get(account);
    if (pending !== judged.pending || !isSame(rejudgementOf(live, account, pending), judged.asked))
      return this.#drop(judged.key, false);
    const since = linesOf(judged.key, pending.lines.since(judged.seen), live.reader);
    if (this.#disturbs(since)) return this.#drop(judged.key, false);
    this.#intake.late = lateOf(live, account, pending);
    if (!this.#judge(since)) return this.#drop(judged.key, false);
    // What waits for more accesses goes on waiting.
    this.#settledUntil = Math.max(this.#settledUntil, live.settler.watermark);
    this.#intake.settle(live.settler.watermark, 0);
    this.#settleUnheld(account, accountOf(this.history, judged.key));
    this.history.countGrown();
    if (this.#reachesBack(account, pending, judged.key)) return this.#drop(judged.key, false);
    live.copies?.keep(account);
    this.#replace(account, pending, judged.key, detectedAt);
    live.rejudgements.byAccount.delete(account);
    return this.#drop(judged.key, true);
  }

  /**
   * What waits and lies behind the account's windows, since a clock of the account was wrong, waits for nobody there: it is judged at once. An access that
   * changes it lies behind them as well, and has the account judged again.
   */
  #settleUnheld(account: AccountNumber, found: AccountNumber): void {
    const { windows } = this.live;
    this.#intake.settleOf((anchor) => anchor.account === found && !windows.isWhole(account, anchor.rule, anchor.time));
  }

  /** Whether what was found covers other days than what was known, which are no longer held: then they are judged again, too. */
  #reachesBack(account: AccountNumber, pending: Pending, key: Uint8Array): boolean {
    const { live, history } = this;
    const found = accountOf(history, key);
    if (!live.days || !history.days || !found) return false;
    const from = toldOtherwise(
      { days: live.days, account },
      { days: history.days, account: found },
      {
        known: live.incidents.byAccount.get(account) ?? [],
        found: history.incidents.byAccount.get(found) ?? [],
        stretch: stretchOf(live, account, pending),
      },
    );
    pending.from = Math.min(pending.from, from ?? pending.from);
    return from !== undefined;
  }

  #replace(account: AccountNumber, pending: Pending, key: Uint8Array, detectedAt: Milliseconds): void {
    const { live, history } = this;
    const found = accountOf(history, key);
    const stretch = stretchOf(live, account, pending);
    for (const kind of ['incidents', 'suppressed'] as const)
      live[kind].adopt({
        account,
        ...stretch,
        lateMs: Math.max(pending.lateMs, live.options.allowedLatenessMs),
        incidents: history[kind].byAccount.get(found) ?? [],
        receivedAt: pending.receivedAt || live.lastReceivedAt,
        cover: (incident) => {
          if (found) history[kind].cover(incident, found);
        },
        detectedAt,
        opening: (incident, order) => openingOf(incident, order, { pending, state: live, account, detectedAt, kind }),
      });
    live.noteFormer(account);
    takeMatches(live, account, history, found, stretch);
    if (live.days && history.days && found)
      adoptDays({ days: live.days, account }, { days: history.days, account: found }, stretch);
    if (live.dormancy.width > 0 && found)
      live.compiled.dormancies.forEach((_, index) => live.dormancy.adopt(account, index, history.dormancy, found));
  }

  /** Rules that more accesses could undo are judged once for each time, and what they found then may be wrong now. */
  #disturbs(since: readonly Line[]): boolean {
    const settling = this.history.compiled.rules.filter(({ settleMs }) => settleMs > 0);
    const soonest = Math.min(...settling.map(({ settleMs, forwardMs }) => settleMs - forwardMs));
    return since.some(({ time }) => time + soonest <= this.#settledUntil);
  }

  /** Takes in what has come since and lies behind all history. */
  #finish(): void {
    const current = this.#current;
    this.#current = undefined;
    if (!current) return;
    this.#judge(current.lines.splice(0));
    this.#settledUntil = Math.max(this.#settledUntil, this.history.watermark);
  }

  /** False where one of them lies before a silence of which no more is known, or before what has been judged: it must come in its place. */
  #judge(lines: readonly Line[]): boolean {
    if (lines.length === 0) return true;
    const scanner = new FrameScanner(Buffer.concat(lines.flatMap(({ bytes }) => [bytes, newline])), this.history.reader);
    let isClear = true;
    while (scanner.next(this.#line)) isClear = this.#intake.take(this.#line, 0, 0) && isClear;
    this.history.countGrown();
    return isClear;
  }

  #drop(key: Uint8Array, adopted: boolean): boolean {
    const { history } = this;
    const found = accountOf(history, key);
    if (!found) return adopted;
    history.forget(found);
    if (history.dormancy.width > 0) history.dormancy.forget(found);
    history.incidents.byAccount.delete(found);
    history.suppressed.byAccount.delete(found);
    return adopted;
  }
}

function accountOf({ windows: { accounts } }: EngineState, key: Uint8Array): AccountNumber {
  return accounts.find(viewOf(key), 0, key.length, hashBytes(viewOf(key), 0, key.length));
}

function nameOf({ groupId, actorId }: Rejudgement): string {
  return JSON.stringify([groupId, actorId]);
}

function isSame(a: Rejudgement, b: Rejudgement): boolean {
  return a.fromMs === b.fromMs && a.toMs === b.toMs && a.throughOffset === b.throughOffset;
}

function stretchOf(state: EngineState, account: AccountNumber, pending: Pending): Stretch {
  const known = [...(state.incidents.byAccount.get(account) ?? []), ...(state.suppressed.byAccount.get(account) ?? [])];
  return state.rejudgements.stretchOf(pending, known);
}

interface Asker {
  readonly pending: Pending;
  readonly state: EngineState;
  readonly account: AccountNumber;
  readonly detectedAt: Milliseconds;
  readonly kind: 'incidents' | 'suppressed';
}

/** The id is that of the first late access, in order of arrival, that can have had a part in the incident and that opened no other. */
function openingOf(
  { firstFired, lastTime }: Incident,
  order: number,
  { pending, state, account, detectedAt, kind }: Asker,
): Opening {
  const { groupId, actorId, openers } = pending;
  const reachMs = state.compiled.reach.windowsMs;
  const used = new Set((state[kind].byAccount.get(account) ?? []).map(({ opening }) => opening.id));
  const opener = openers.findIndex(
    ({ time, id }) => time > firstFired - reachMs && time <= lastTime && !used.has(kind === 'suppressed' ? suppressedId(id) : id),
  );
  const [taken] = opener < 0 ? [] : openers.splice(opener, 1);
  const id = taken?.id ?? idOfHistory(state.options.subject ?? 'account', groupId, actorId, firstFired, pending.throughOffset);
  return { id, groupId, actorId, order, detectedAt, completedBy: firstFired };
}

function inner(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const newline = Buffer.from('\n');
