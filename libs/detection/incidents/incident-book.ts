// Longer than the house likes: opening, joining and adopting share what is known of an account, and none of them can be read without the others.

import { isWithin } from './reach-back.js';
import { Endings } from './endings.js';
import { Figures } from './figures.js';
import type { Firing } from '../judge/firing.js';
import { Incident } from './incident.js';
import { IncidentsOf } from './incidents-of.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { areNear, type BookOptions, lastOf, type Turn, type Verdict } from './incident-seams.js';
import { IncidentTeller, type Versions } from './incident-teller.js';
import type { Marks } from '../memory/marks.js';
import { type Arrival, type Opening, openingOf, suppressedId } from './opening.js';
import { keepPart, keptPart, narrow, widen } from './kept-part.js';
import { noSelections } from '../memory/selection-sets.js';
import type { Windows } from '../judge/windows.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** The incidents of all accounts: opens, extends, joins and closes them, and notes what is to be told. */
export class IncidentBook {
  readonly byAccount = new IncidentsOf();
  readonly #teller: IncidentTeller;
  order = 0;
  /** Largest event time of the partition. */
  watermark = 0;
  readonly #figures: Figures;
  readonly #endings: Endings;

  constructor(
    private readonly options: BookOptions,
    private readonly windows: Windows,
    private readonly marks: Marks,
    versions: Versions,
  ) {
    this.#figures = new Figures(windows, marks, options.allowedLatenessMs);
    this.#teller = new IncidentTeller(options, marks, versions, this.#figures);
    this.#endings = new Endings(options, this.byAccount, this.#teller);
  }

  get openCount(): number {
    let open = 0;
    for (const incidents of this.byAccount.values()) for (const { state } of incidents) if (state === 'open') open += 1;
    return open;
  }
  get bytes(): number {
    let bytes = this.byAccount.bytes;
    for (const incidents of this.byAccount.values()) for (const { patientSet } of incidents) bytes += patientSet.bytes;
    return bytes;
  }

  /**
   * Takes an access in after the windows have; `firings` is what it made hold. True when it needs accesses that the windows no longer hold:
   * only the account's history tells then.
   */
  take(arrival: Arrival, firings: readonly Firing[]): boolean {
    const known = this.byAccount.get(arrival.account);
    if (!known && firings.length === 0) return false;
    const [only] = known ?? [];
    if (known?.length !== 1 || !only || !goesOn(only) || !only.prolong(firings, this.options.quietMs))
      return this.#takeAll(known ?? [], arrival, firings);
    const lacks = this.#noteFigures(only, arrival, false);
    if (only.changed) {
      only.receivedAt = arrival.receivedAt;
      this.#teller.prolonged(only, arrival.detectedAt);
      this.#endings.schedule(only);
    }
    return lacks;
  }

  #takeAll(incidents: Incident[], arrival: Arrival, firings: readonly Firing[]): boolean {
    const told = new Map(incidents.map((incident) => [incident, new Set(incident.matches.keys())]));
    const turn: Turn = { arrival, joined: new Map(), opened: 0 };
    let lacks = false;
    for (const firing of firings.toSorted((a, b) => a.first - b.first)) {
      const incident = this.#join(incidents, firing, turn);
      lacks = !incident || this.#figures.fire(incident, firing, arrival.account) || lacks;
    }
    for (const incident of incidents) {
      if (!incident.archived) lacks = this.#figures.cover(incident, arrival, turn.joined.size > 0) || lacks;
      // Its patients are no longer held.
      else if (isWithin(incident, arrival.entry.time, arrival.set)) lacks = true;
    }
    if (incidents.length) this.byAccount.set(arrival.account, incidents);
    for (const incident of incidents) {
      // Closed, and grown by a late firing: open again, until the watermark says otherwise.
      if (!incident.archived) this.#reopenWhenGrown(incident);
      lacks = this.#figures.noteFiring(incident, arrival) || lacks;
      this.#tellOf(incident, told.get(incident), arrival);
    }
    for (const [gone, into] of turn.joined) if (told.has(gone)) this.#tellMerged(gone, lastOf(turn.joined, into), arrival);
    return lacks;
  }

  #noteFigures(incident: Incident, arrival: Arrival, again: boolean): boolean {
    const lacks = this.#figures.cover(incident, arrival, again);
    return this.#figures.noteFiring(incident, arrival) || lacks;
  }

  /** When the newest access of an account reaches this, figures that wait can be counted no more. */
  get grownUntil(): number {
    return this.#figures.grownUntil;
  }
  countGrown(): void {
    this.#figures.countGrown();
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
      this.#keepOf(near, judged, verdict);
      survivor.become(judged);
      survivor.lateMs = Math.max(survivor.lateMs, verdict.lateMs);
      present.push(survivor);
      const now = verdict.detectedAt;
      if (survivor.changed) survivor.receivedAt = verdict.receivedAt;
      this.#reopenWhenGrown(survivor);
      if (survivor.changed) this.#teller.changed(survivor, told.get(survivor), now);
      for (const other of others) this.#teller.tell(other, 'incident.merged', survivor.opening.id, now, survivor.opening.id);
      this.#endings.schedule(survivor);
    }
    for (const gone of left) {
      const kept = keptPart(gone, this.options, this.marks.sets);
      if (!kept) this.#withdraw(gone, verdict);
      else present.push(this.#reduced(gone, kept, told.get(gone), verdict));
    }
    if (present.length) this.byAccount.set(verdict.account, present);
    else this.byAccount.delete(verdict.account);
  }

  /** What judging again cannot find of an incident; undefined where it finds all. */
  unfoundOf(incident: Incident): Incident | undefined {
    return keptPart(incident, this.options, this.marks.sets);
  }

  /** Takes into what history gives of some incidents what it cannot know of them. */
  #keepOf(near: readonly Incident[], judged: Incident, verdict: Verdict): void {
    const { sets } = this.marks;
    let former = noSelections;
    let isCounted = false;
    for (const one of near) {
      former = sets.union(former, this.options.formerWithin(one.firedSet));
      const kept = keptPart(one, this.options, sets);
      if (kept) keepPart(judged, kept);
      isCounted ||= kept !== undefined && this.#isStored(kept);
    }
    if (former === noSelections && !isCounted) return;
    widen(judged, former);
    this.#coverAgain(judged, near, verdict);
    narrow(judged);
  }

  /** Whether a rule of it asks for what the store has. */
  #isStored({ matches }: Incident): boolean {
    return [...matches.keys()].some((id) => !this.options.unstoredRules.has(id));
  }

  /** Counts what history has between its times, which may be others now; what no store has is added to that. */
  #coverAgain(incident: Incident, near: readonly Incident[], verdict: Verdict): void {
    const asksStore = ![...incident.matches.keys()].some((id) => this.options.unstoredRules.has(id));
    if (asksStore) incident.uncover();
    verdict.cover(incident);
    // Of those that ended long ago the figure alone is known.
    const known = asksStore ? [] : near.flatMap(({ archived, patients }) => (archived ? [patients] : []));
    incident.patients = Math.max(incident.patientSet.countOf(incident.firedSet), ...known);
  }

  /** Counts the accesses of an account that lie between the times of an incident, which may be one of another book, and of those its first firing. */
  cover(incident: Incident, account: AccountNumber): void {
    this.#figures.coverWhole(incident, account);
  }

  /** What is left of one when history holds nothing of it but what history cannot know. */
  #reduced(incident: Incident, kept: Incident, rules: ReadonlySet<string> | undefined, verdict: Verdict): Incident {
    const former = this.options.formerWithin(incident.firedSet);
    if (former !== noSelections || this.#isStored(kept)) this.#coverAgain(kept, [incident], verdict);
    else if (kept.matches.size === incident.matches.size) return incident;
    incident.become(kept);
    incident.receivedAt = verdict.receivedAt;
    if (incident.changed) this.#teller.changed(incident, rules, verdict.detectedAt);
    return incident;
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

  #reopenWhenGrown(incident: Incident): void {
    if (incident.state !== 'closed' || this.watermark >= incident.lastTime + this.options.quietMs) return;
    incident.state = 'open';
    incident.changed = true;
  }

  #withdraw(gone: Incident, { receivedAt, detectedAt }: Verdict): void {
    gone.receivedAt = receivedAt;
    gone.state = 'withdrawn';
    this.#teller.forget(gone);
    this.#teller.tell(gone, 'incident.withdrawn', '', detectedAt);
  }

  /** Closes what has been quiet up to `watermark`, and forgets what closed long ago. */
  settle(watermark: Milliseconds, now: Milliseconds): void {
    this.watermark = Math.max(this.watermark, watermark);
    this.#endings.settle(watermark, now);
  }

  takeChanges(includeUpdates: boolean, now: Milliseconds): IncidentChange[] {
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
  reopen(account: AccountNumber, incident: Incident, dirty: boolean): void {
    this.byAccount.set(account, [...(this.byAccount.get(account) ?? []), incident]);
    if (dirty) this.#teller.markDirty(incident);
    this.#endings.schedule(incident);
  }
  isDirty(incident: Incident): boolean {
    return this.#teller.isDirty(incident);
  }
  /** Has what it says now told by a version of now. */
  tellNow(incident: Incident): void {
    this.#teller.renew(incident);
  }

  /**
   * The incident that the firing belongs to: the one told first of those within quiet of it, the others joined to it, or a new one.
   * Undefined when it would touch one whose patients are no longer held.
   */
  #join(incidents: Incident[], firing: Firing, turn: Turn): Incident | undefined {
    const near = incidents
      .filter((one) => areNear(one, { firstFired: firing.first, lastTime: firing.last }, this.options.quietMs))
      .toSorted((a, b) => a.opening.order - b.opening.order);
    if (near.some(({ archived }) => archived)) return undefined;
    const [survivor, ...others] = near;
    if (!survivor) {
      this.order += 1;
      const incident = this.#openedBy(turn, new Set([...incidents, ...turn.joined.keys()].map(({ opening }) => opening.id)));
      incidents.push(incident);
      return incident;
    }
    for (const other of others) {
      this.#figures.join(survivor, other);
      turn.joined.set(other, survivor);
      incidents.splice(incidents.indexOf(other), 1);
      this.#teller.forget(other);
    }
    return survivor;
  }

  /** An access that opened one, and comes again when other rules look at it, opens the next one under another id. */
  #openedBy(turn: Turn, taken: ReadonlySet<string>): Incident {
    for (;;) {
      const incident = this.#new(openingOf(turn.arrival, this.windows.accounts, this.order, turn.opened));
      turn.opened += 1;
      if (!taken.has(incident.opening.id)) return incident;
    }
  }

  #tellOf(incident: Incident, toldRules: ReadonlySet<string> | undefined, arrival: Arrival): void {
    if (!incident.changed) return;
    incident.receivedAt = arrival.receivedAt;
    this.#teller.changed(incident, toldRules, arrival.detectedAt);
    this.#endings.schedule(incident);
  }

  #tellMerged(gone: Incident, into: Incident, arrival: Arrival): void {
    gone.receivedAt = arrival.receivedAt;
    this.#teller.tell(gone, 'incident.merged', into.opening.id, arrival.detectedAt, into.opening.id);
  }

  /** Closes every open incident, as if event time had moved on. */
  closeAll(now: Milliseconds): void {
    this.#endings.close(Number.POSITIVE_INFINITY, now);
  }
}

/** Whether accesses may do no more to it than let it go on. */
function goesOn({ state, archived }: Incident): boolean {
  return !archived && (state === 'open' || state === 'suppressed');
}
