import type { Incident } from '../incidents/incident.js';
import { type Outline, readFrom } from '../rule/reach.js';
import type { CompiledSeries } from '../compile/series.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import { KeptLines } from './kept-lines.js';
import { LateList } from './late-list.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** An account whose accesses came too late for what memory holds: its history must be judged again. */
export interface Rejudgement {
  readonly groupId: string;
  readonly actorId: string;
  /** Rows with `fromMs < time <= toMs` are needed, or what the outline leaves of them; more do no harm. */
  readonly fromMs: Milliseconds;
  readonly toMs: Milliseconds;
  readonly outline?: Outline;
  /** The store must hold everything of the partition up to this offset, inclusive. */
  readonly throughOffset: number;
}

/** A late access that may open an incident, with the id that the incident would have. */
export interface Opener {
  readonly time: Milliseconds;
  readonly id: string;
}

/** What waits for the history of one account. Times in milliseconds. */
export interface Pending {
  readonly groupId: string;
  readonly actorId: string;
  /** Firings and incidents between the two may differ from what is known. */
  from: number;
  to: number;
  throughOffset: number;
  /** The largest lag of a late access behind the newest of its partition. */
  lateMs: Milliseconds;
  receivedAt: number;
  /** Late accesses in order of arrival. */
  openers: Opener[];
  /** Rows that came since, the late one included: the store may not have them yet. */
  lines: KeptLines;
  /** Those that came late, which the store does not say. */
  readonly late: LateList;
}

/** What of an account is unclear, event time, both ends included, and when the first of its incidents begins: rules of before may have reached further back. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly begins: number;
}

/** Rows that are kept while the store is waited for; above, the store is waited for again. */
const linesMax = 100_000;
const openersMax = 100;

/** Accounts whose history must be judged again, and what has come of them meanwhile. */
export class Rejudgements {
  readonly byAccount = new Map<number, Pending>();

  constructor(
    private readonly compiled: CompiledSeries,
    private readonly quietMs: Milliseconds,
    /** The day of the group's calendar that a time lies in, where days are counted: they are judged again as wholes. */
    private readonly dayOf?: (groupId: string, time: Milliseconds) => { readonly start: number; readonly end: number },
  ) {}

  get size(): number {
    return this.byAccount.size;
  }
  has(account: AccountNumber): boolean {
    return this.byAccount.has(account);
  }

  /** Times of rules and incidents that accesses from `time` to `until` can reach become unclear. */
  ask(
    account: AccountNumber,
    names: Pick<Pending, 'groupId' | 'actorId'>,
    time: Milliseconds,
    until: number,
    offset: number,
  ): Pending {
    const known = this.byAccount.get(account);
    const from = time - this.compiled.reach.forwardMs - this.quietMs;
    const to = Math.max(time, until) + this.compiled.reach.windowsMs + this.quietMs;
    if (known) {
      known.from = Math.min(known.from, from);
      known.to = Math.max(known.to, to);
      return known;
    }
    const pending: Pending = {
      ...names,
      from,
      to,
      throughOffset: offset,
      lateMs: 0,
      receivedAt: 0,
      openers: [],
      lines: new KeptLines(),
      late: new LateList(),
    };
    this.byAccount.set(account, pending);
    return pending;
  }

  /** A row of an account that waits. */
  note(pending: Pending, { bytes, lineStart, lineEnd }: ScannedRow, offset: number): void {
    if (pending.lines.count >= linesMax) {
      pending.lines = new KeptLines();
      pending.throughOffset = offset;
    }
    pending.lines.add(bytes, lineStart, lineEnd);
  }

  /** The same row where it came late. */
  noteLate(pending: Pending, { time, patient0, patient1, patient2, patient3 }: ScannedRow): void {
    if (pending.late.count < linesMax) pending.late.add(time, patient0, patient1, patient2, patient3);
  }

  /** Whether more openers are kept of it: to make the id of one costs more than all else that is noted of a row. */
  takesOpeners(pending: Pending): boolean {
    return pending.openers.length < openersMax;
  }
  noteOpener(pending: Pending, opener: Opener): void {
    if (this.takesOpeners(pending) && !pending.openers.some(({ id }) => id === opener.id)) pending.openers.push(opener);
  }

  /** The stretch that is unclear, widened to the whole of every incident that it touches. */
  stretchOf(pending: Pending, incidents: readonly Incident[]): Stretch {
    let { from, to } = pending;
    for (let again = true; again;) {
      again = false;
      if (this.dayOf) {
        from = Math.min(from, this.dayOf(pending.groupId, from).start);
        to = Math.max(to, this.dayOf(pending.groupId, to).end - 1);
      }
      for (const { firstFired, lastTime } of incidents) {
        if (firstFired > to || lastTime < from || (firstFired >= from && lastTime <= to)) continue;
        from = Math.min(from, firstFired);
        to = Math.max(to, lastTime);
        again = true;
      }
    }
    const within = incidents.filter(({ firstFired, lastTime }) => firstFired <= to && lastTime >= from);
    return { from, to, begins: Math.min(from, ...within.map(({ firstTime }) => firstTime)) };
  }

  /** What has to be read for the stretch: windows reach back from its beginning, and sleep further. */
  needOf({ from, to, begins }: Stretch): Pick<Rejudgement, 'fromMs' | 'toMs' | 'outline'> {
    const { windowsMs, forwardMs, sleepers } = this.compiled.reach;
    // What is missing behind the last rows must not seem to be absent anywhere within quiet of the stretch.
    const behindMs = forwardMs > 0 ? forwardMs + this.quietMs : 0;
    return { ...readFrom(Math.min(from - windowsMs, begins - 1), sleepers), toMs: to + behindMs };
  }
}
