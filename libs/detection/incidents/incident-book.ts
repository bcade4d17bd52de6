// incidents/: what firings mean for people: opens, extends, joins and closes incidents, and says what changed.
// It asks the ledgers through `LedgerView` and sees no rows.

// Longer than the house likes: opening, joining, adopting and letting go keep one invariant (ids once told, contents of the set) and are read together.
import type { IncidentChange } from '#libs/contracts/incident.js';
import { digest } from './incident-change.js';
import { Incident, type Opening } from './incident.js';
import { IncidentTeller, type Versions } from './incident-teller.js';
import { areNear, type Arrival, type BookOptions, lastOf, type LedgerView, type Turn, type Verdict } from './incident-seams.js';
import type { Firing } from '../judge/judge.js';
import type { Marks } from '../memory/marks.js';
import { PatientSet } from '../memory/patient-set.js';
import { noSelections } from '../memory/selection-sets.js';

/** How long the bare outline of an ended incident is known, so that its id is not told twice, event time. */
const outlineMs = 400 * 24 * 3_600_000;

/** What is suppressed has an id of its own: the same access may open an incident by another rule. */
export function suppressedId(id: string): string {
  return digest('suppressed', id);
}

/** The incidents of all accounts: opens, extends, joins and closes them, and notes what is to be told. */
export class IncidentBook {
  readonly byAccount = new Map<number, Incident[]>();
  readonly #teller: IncidentTeller;
  order = 0;
  /** Largest event time of the partition. */
  watermark = 0;
  #nextClose = Number.POSITIVE_INFINITY;
  #nextExpiry = Number.POSITIVE_INFINITY;
  /** Incidents whose figures may wait to be counted, with their accounts; empty between frames. */
  readonly #grown = new Map<Incident, number>();
  /** When the newest access of an account reaches this, some of them can be counted no more. */
  grownUntil = Number.POSITIVE_INFINITY;
  /** The last arrival needs accesses that the ledgers no longer hold. */
  needsHistory = false;

  constructor(
    private readonly options: BookOptions,
    private readonly ledgers: LedgerView,
    private readonly marks: Marks,
    versions: Versions,
  ) {
    this.#teller = new IncidentTeller(options, marks, versions, (incident) => this.#countAgain(incident));
  }

  get openCount(): number {
    let open = 0;
    for (const incidents of this.byAccount.values()) for (const { state } of incidents) if (state === 'open') open += 1;
    return open;
  }
  get bytes(): number {
    let bytes = 0;
    for (const incidents of this.byAccount.values()) for (const { patientSet } of incidents) bytes += patientSet.bytes;
    return bytes;
  }

  /** Takes an access in after the ledgers have; `firings` is what it made hold. */
  take(arrival: Arrival, firings: readonly Firing[]): void {
    this.needsHistory = false;
    const known = this.byAccount.get(arrival.account);
    if (!known && firings.length === 0) return;
    const [only] = known ?? [];
    if (known?.length === 1 && only?.state === 'open' && only.prolong(firings, this.options.quietMs)) {
      this.#cover(only, arrival, false);
      this.#noteFirings(only, arrival);
      if (only.changed) {
        only.receivedAt = arrival.receivedAt;
        this.#teller.prolonged(only, arrival.detectedAt);
        this.#schedule(only);
      }
      return;
    }
    this.#takeAll(known ?? [], arrival, firings);
  }

  #takeAll(incidents: Incident[], arrival: Arrival, firings: readonly Firing[]): void {
    const told = new Map(incidents.map((incident) => [incident, new Set(incident.matches.keys())]));
    const turn: Turn = { arrival, joined: new Map(), opened: 0 };
    for (const firing of firings.toSorted((a, b) => a.first - b.first)) {
      const incident = this.#join(incidents, firing, turn);
      if (incident) this.#fire(incident, firing, arrival.account);
    }
    for (const incident of incidents) {
      if (incident.archived) {
        const { time } = arrival.entry;
        if (arrival.set !== noSelections && time >= incident.firstTime && time <= incident.lastTime) this.needsHistory = true;
      } else this.#cover(incident, arrival, turn.joined.size > 0);
    }
    if (incidents.length) this.byAccount.set(arrival.account, incidents);
    for (const incident of incidents) {
      // Closed, and grown by a late firing: open again, until the watermark says otherwise.
      if (incident.state === 'closed' && !incident.archived && this.watermark < incident.lastTime + this.options.quietMs)
        this.#reopen(incident);
      this.#noteFirings(incident, arrival);
      this.#tellOf(incident, told.get(incident), arrival);
    }
    for (const [gone, into] of turn.joined) if (told.has(gone)) this.#tellMerged(gone, lastOf(turn.joined, into), arrival);
  }

  #fire(incident: Incident, firing: Firing, account: number): void {
    const until = this.ledgers.heldUntil(account, firing.first - firing.rule.timespanMs, firing.rule.series);
    incident.fire(firing, (asked) => this.ledgers.countAt(account, asked), until > 0);
    this.#wait(incident, account, until);
  }

  #wait(incident: Incident, account: number, until: number): void {
    this.#grown.set(incident, account);
    if (until > 0) this.grownUntil = Math.min(this.grownUntil, until);
  }

  /** Counts what waits. To be called before what it counts is let go of, and at the end of a frame. */
  countGrown(): void {
    if (this.#grown.size === 0) return;
    for (const incident of this.#grown.keys()) {
      this.#countAgain(incident);
      incident.windows.clear();
    }
    this.#grown.clear();
    this.grownUntil = Number.POSITIVE_INFINITY;
  }

  /** Whoever let it wait has noted that the incident changed. */
  #countAgain(incident: Incident): void {
    const account = this.#grown.get(incident);
    if (account === undefined) return;
    const { changed } = incident;
    incident.countAgain((asked) => this.ledgers.countAt(account, asked));
    this.#countFiring(incident, account);
    incident.changed = changed;
  }

  /**
   * Puts what the account's history holds in the place of what was known between two times. Incidents keep the id under which they were
   * told; those that are one now are joined, those that no rule holds for are withdrawn, new ones open.
   */
  adopt(verdict: Verdict): void {
    const { quietMs } = this.options;
    const all = this.byAccount.get(verdict.account) ?? [];
    const within = (one: Incident): boolean => one.firstFired <= verdict.to && one.lastTime >= verdict.from;
    const left = new Set(all.filter(within));
    const present = all.filter((one) => !within(one));
    const told = new Map([...left].map((incident) => [incident, new Set(incident.matches.keys())]));
    for (const judged of verdict.incidents.filter(within).toSorted((a, b) => a.firstFired - b.firstFired)) {
      const near = [...left].filter((one) => areNear(one, judged, quietMs)).toSorted((a, b) => a.opening.order - b.opening.order);
      const [survivor = this.#opened(verdict, judged), ...others] = near;
      for (const one of near) left.delete(one);
      survivor.become(judged);
      survivor.lateMs = Math.max(survivor.lateMs, verdict.lateMs);
      present.push(survivor);
      const now = verdict.detectedAt;
      if (survivor.changed) survivor.receivedAt = verdict.receivedAt;
      this.#settleState(survivor);
      if (survivor.changed) this.#teller.changed(survivor, told.get(survivor), now);
      for (const other of others) this.#teller.tell(other, 'incident.merged', survivor.opening.id, now, survivor.opening.id);
      this.#schedule(survivor);
    }
    for (const gone of left) this.#withdraw(gone, verdict);
    if (present.length) this.byAccount.set(verdict.account, present);
    else this.byAccount.delete(verdict.account);
  }

  #opened(verdict: Verdict, judged: Incident): Incident {
    this.order += 1;
    return this.#new(verdict.opening(judged, this.order));
  }

  #new(opening: Opening): Incident {
    if (this.options.kind === 'incidents') return new Incident(opening, this.marks.sets);
    const incident = new Incident({ ...opening, id: suppressedId(opening.id) }, this.marks.sets);
    incident.state = 'suppressed';
    return incident;
  }

  #settleState(incident: Incident): void {
    if (incident.state === 'closed' && this.watermark < incident.lastTime + this.options.quietMs) this.#reopen(incident);
  }

  #withdraw(gone: Incident, { receivedAt, detectedAt }: Verdict): void {
    gone.receivedAt = receivedAt;
    gone.state = 'withdrawn';
    this.#teller.forget(gone);
    this.#teller.tell(gone, 'incident.withdrawn', '', detectedAt);
  }

  /** Closes what has been quiet up to `watermark`, and forgets what closed long ago. */
  settle(watermark: number, now: number): void {
    this.watermark = Math.max(this.watermark, watermark);
    const closes = watermark >= this.#nextClose;
    if (closes) this.#close(watermark, now);
    if (closes || watermark >= this.#nextExpiry) this.#expire(watermark);
  }

  takeChanges(includeUpdates: boolean, now: number): IncidentChange[] {
    return this.#teller.takeChanges(includeUpdates, now);
  }

  /** What was told and not yet taken, for a snapshot. */
  get untaken(): readonly IncidentChange[] {
    return this.#teller.untaken;
  }
  tellAgain(changes: readonly IncidentChange[]): void {
    this.#teller.tellAgain(changes);
  }

  /** An incident of a snapshot. */
  reopen(account: number, incident: Incident, dirty: boolean): void {
    this.byAccount.set(account, [...(this.byAccount.get(account) ?? []), incident]);
    if (dirty) this.#teller.markDirty(incident);
    this.#schedule(incident);
  }
  isDirty(incident: Incident): boolean {
    return this.#teller.isDirty(incident);
  }

  /**
   * The incident that the firing belongs to: the one told first of those within quiet of it, the others joined to it, or a new one.
   * Undefined when it would touch one whose patients are no longer held.
   */
  #join(incidents: Incident[], firing: Firing, turn: Turn): Incident | undefined {
    const near = incidents
      .filter((one) => areNear(one, { firstFired: firing.first, lastTime: firing.last }, this.options.quietMs))
      .toSorted((a, b) => a.opening.order - b.opening.order);
    if (near.some(({ archived }) => archived)) {
      this.needsHistory = true;
      return undefined;
    }
    const [survivor, ...others] = near;
    if (!survivor) {
      this.order += 1;
      const incident = this.#openedBy(turn, new Set([...incidents, ...turn.joined.keys()].map(({ opening }) => opening.id)));
      incidents.push(incident);
      return incident;
    }
    for (const other of others) {
      for (const one of [survivor, other]) this.#countAgain(one);
      survivor.absorb(other);
      this.#grown.delete(other);
      turn.joined.set(other, survivor);
      incidents.splice(incidents.indexOf(other), 1);
      this.#teller.forget(other);
    }
    return survivor;
  }

  /** An access that opened one, and comes again when other rules look at it, opens the next one under another id. */
  #openedBy(turn: Turn, taken: ReadonlySet<string>): Incident {
    for (;;) {
      const incident = this.#new(turn.arrival.opening(this.order, turn.opened));
      turn.opened += 1;
      if (!taken.has(incident.opening.id)) return incident;
    }
  }

  /** Brings the patients up to the incident's times, and takes the access in where it lies between them. */
  #cover(incident: Incident, arrival: Arrival, again: boolean): void {
    const { account, entry, set } = arrival;
    const from = incident.firstTime;
    const to = incident.lastTime;
    const add = incident.add.bind(incident);
    // A late access can make the first firing earlier and its window begin later: then some patients have to go.
    if (from > incident.coveredFrom && from > this.ledgers.floor(account)) incident.uncover();
    const complete = this.ledgers.completeAbove(account);
    if (from < incident.coveredFrom && from <= complete) this.needsHistory = true;
    const covers = incident.coveredFrom <= incident.coveredTo;
    if (covers && to > incident.coveredTo && incident.coveredTo < complete) this.needsHistory = true;
    if (again || incident.coveredFrom > incident.coveredTo) this.ledgers.visit(account, from, to, add);
    else {
      if (from < incident.coveredFrom) this.ledgers.visit(account, from, incident.coveredFrom - 1, add);
      if (to > incident.coveredTo) this.ledgers.visit(account, incident.coveredTo + 1, to, add);
    }
    incident.coveredFrom = from;
    incident.coveredTo = to;
    if (set !== noSelections && entry.time >= from && entry.time <= to)
      add(entry.v0, entry.v1, entry.v2, entry.v3, entry.mark, set);
  }

  /** Has the patients up to the first firing counted, when that may have changed and the ledgers still have them. */
  #noteFirings(incident: Incident, { account, entry, set, lateMs }: Arrival): void {
    if (incident.archived) return;
    const { firstFired, firstTime } = incident;
    if (entry.time <= firstFired && entry.time >= firstTime) incident.lateMs = Math.max(incident.lateMs, lateMs);
    if (set !== noSelections && entry.time <= firstFired && entry.time >= firstTime) incident.firingStale = true;
    if (!incident.firingStale) return;
    if (firstTime <= this.ledgers.completeAbove(account)) {
      this.needsHistory = true;
      return;
    }
    incident.changed = true;
    const until = this.ledgers.heldUntil(account, firstTime);
    this.#wait(incident, account, until);
    if (until === 0) this.#countAgain(incident);
  }

  #countFiring(incident: Incident, account: number): void {
    const { firstFired, firstTime } = incident;
    if (!incident.firingStale || incident.archived || firstTime <= this.ledgers.completeAbove(account)) return;
    const { sets } = this.marks;
    const patients = new PatientSet(sets);
    const firing = incident.firingSet;
    let isLate = false;
    this.ledgers.visit(account, firstTime, firstFired, (v0, v1, v2, v3, mark, seen) => {
      if (this.marks.lateOf(mark) === 1 && sets.meet(seen, firing)) isLate = true;
      if (sets.meet(seen, firing) && (v0 | v1 | v2 | v3) !== 0) patients.add(v0, v1, v2, v3, firing);
    });
    incident.firingStale = false;
    incident.patientsAtFiring = patients.size;
    incident.isLate = isLate;
    if (isLate) incident.lateMs = Math.max(incident.lateMs, this.options.allowedLatenessMs);
  }

  #tellOf(incident: Incident, toldRules: ReadonlySet<string> | undefined, arrival: Arrival): void {
    if (!incident.changed) return;
    incident.receivedAt = arrival.receivedAt;
    this.#teller.changed(incident, toldRules, arrival.detectedAt);
    this.#schedule(incident);
  }

  #tellMerged(gone: Incident, into: Incident, arrival: Arrival): void {
    gone.receivedAt = arrival.receivedAt;
    this.#teller.tell(gone, 'incident.merged', into.opening.id, arrival.detectedAt, into.opening.id);
  }

  /** Closes every open incident, as if event time had moved on. */
  closeAll(now: number): void {
    this.#close(Number.POSITIVE_INFINITY, now);
  }

  #reopen(incident: Incident): void {
    incident.state = 'open';
    incident.changed = true;
  }

  /** Notes when the incident may close. */
  #schedule(incident: Incident): void {
    const closesAt = incident.lastTime + this.options.quietMs;
    if (incident.state === 'open') this.#nextClose = Math.min(this.#nextClose, closesAt);
    else
      this.#nextExpiry = Math.min(
        this.#nextExpiry,
        incident.lastTime + (incident.archived ? outlineMs : this.options.keepClosedMs),
      );
  }

  #close(watermark: number, now: number): void {
    this.#nextClose = Number.POSITIVE_INFINITY;
    for (const incidents of this.byAccount.values())
      for (const incident of incidents) {
        if (incident.state === 'open' && watermark >= incident.lastTime + this.options.quietMs)
          this.#teller.closed(incident, now);
        this.#schedule(incident);
      }
  }

  /** Lets go of patients of incidents that ended long ago, the oldest first where there are too many, and in the end of the incidents. */
  #expire(watermark: number): void {
    this.#nextExpiry = Number.POSITIVE_INFINITY;
    const ended = [...this.byAccount.values()].flat().filter((one) => one.state !== 'open' && !one.archived);
    let excess = ended.reduce((sum, { patientSet }) => sum + patientSet.bytes, 0) - this.options.closedBytesMax;
    for (const incident of ended.toSorted((a, b) => a.lastTime - b.lastTime || a.opening.order - b.opening.order)) {
      const isOld = watermark >= incident.lastTime + this.options.keepClosedMs;
      if ((!isOld && excess <= 0) || this.#teller.isDirty(incident)) continue;
      excess -= incident.patientSet.bytes;
      incident.archive();
    }
    for (const [account, incidents] of this.byAccount) {
      const kept = incidents.filter((one) => !one.archived || watermark < one.lastTime + outlineMs);
      if (kept.length) this.byAccount.set(account, kept);
      else this.byAccount.delete(account);
      for (const incident of kept) this.#schedule(incident);
    }
  }
}
