import type { ChangeType, IncidentChange } from '#libs/contracts/incident.js';
import { changeOf } from './incident-change.js';
import { Incident } from './incident.js';
import { type Arrival, type BookOptions, lastOf, type LedgerView, type Turn } from './incident-seams.js';
import type { Firing } from './judge.js';
import type { Marks } from './marks.js';

/** The incidents of all accounts: opens, extends, joins and closes them, and notes what is to be told. */
export class IncidentBook {
  readonly byAccount = new Map<number, Incident[]>();
  #told: IncidentChange[] = [];
  readonly #dirty = new Set<Incident>();
  order = 0;
  /** Largest event time of the partition. */
  watermark = 0;
  /** First word of versions: the frame's offset times 65,536. */
  versionBase = 0;
  versionCounter = 0;
  #nextClose = Number.POSITIVE_INFINITY;
  #nextExpiry = Number.POSITIVE_INFINITY;

  constructor(
    private readonly options: BookOptions,
    private readonly ledgers: LedgerView,
    private readonly marks: Marks,
  ) {}

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
    const known = this.byAccount.get(arrival.account);
    if (!known && firings.length === 0) return;
    const [only] = known ?? [];
    if (known?.length === 1 && only?.state === 'open' && only.prolong(firings, this.options.quietMs)) {
      this.#cover(only, arrival, false);
      this.#tellGrown(only, arrival);
      return;
    }
    const incidents = known ?? [];
    const told = new Map(incidents.map((incident) => [incident, new Set(incident.matches.keys())]));
    const turn: Turn = { arrival, joined: new Map(), opened: 0 };
    for (const firing of firings.toSorted((a, b) => a.first - b.first))
      this.#join(incidents, firing, turn).fire(firing, (asked) => this.ledgers.countAt(arrival.account, asked));
    for (const incident of incidents) this.#cover(incident, arrival, turn.joined.size > 0);
    this.byAccount.set(arrival.account, incidents);
    for (const incident of incidents) {
      // Closed, and grown by a late firing: open again, until the watermark says otherwise.
      if (incident.state === 'closed' && this.watermark < incident.lastTime + this.options.quietMs) this.#reopen(incident);
      this.#tellOf(incident, told.get(incident), arrival);
    }
    for (const [gone, into] of turn.joined) if (told.has(gone)) this.#tellMerged(gone, lastOf(turn.joined, into), arrival);
  }

  /** Closes what has been quiet up to `watermark`, and forgets what closed long ago. */
  settle(watermark: number, now: number): void {
    this.watermark = Math.max(this.watermark, watermark);
    const closes = watermark >= this.#nextClose;
    if (closes) this.#close(watermark, now);
    if (closes || watermark >= this.#nextExpiry) this.#expire(watermark);
  }

  /** What was told since the last call, in order; with `includeUpdates` also the present figures of incidents that changed untold. */
  takeChanges(includeUpdates: boolean, now: number): IncidentChange[] {
    const changes = this.#told;
    this.#told = [];
    if (includeUpdates) {
      for (const incident of this.#dirty)
        changes.push(this.#changeOf(incident, 'incident.updated', String(incident.version), now));
      this.#dirty.clear();
    }
    return changes;
  }

  /** An incident of a snapshot. */
  reopen(account: number, incident: Incident, dirty: boolean): void {
    this.byAccount.set(account, [...(this.byAccount.get(account) ?? []), incident]);
    if (dirty) this.#dirty.add(incident);
    this.#schedule(incident);
  }
  isDirty(incident: Incident): boolean {
    return this.#dirty.has(incident);
  }

  /** The incident that the firing belongs to: the one told first of those within quiet of it, the others joined to it, or a new one. */
  #join(incidents: Incident[], firing: Firing, turn: Turn): Incident {
    const { quietMs } = this.options;
    const near = incidents
      .filter(({ firstFired, lastTime }) => firing.first - lastTime < quietMs && firstFired - firing.last < quietMs)
      .toSorted((a, b) => a.opening.order - b.opening.order);
    const [survivor, ...others] = near;
    if (!survivor) {
      this.order += 1;
      const incident = new Incident(turn.arrival.opening(this.order, turn.opened));
      incidents.push(incident);
      turn.opened += 1;
      return incident;
    }
    for (const other of others) {
      survivor.absorb(other);
      turn.joined.set(other, survivor);
      incidents.splice(incidents.indexOf(other), 1);
      this.#dirty.delete(other);
    }
    return survivor;
  }

  /** Brings the patients up to the incident's times, and takes the access in where it lies between them. */
  #cover(incident: Incident, arrival: Arrival, again: boolean): void {
    const { account, entry, bits } = arrival;
    const from = incident.firstTime;
    const to = incident.lastTime;
    const add = incident.add.bind(incident);
    // A late access can make the first firing earlier and its window begin later: then some patients have to go.
    if (from > incident.coveredFrom && from > this.ledgers.floor(account)) incident.uncover();
    if (again || incident.coveredFrom > incident.coveredTo) this.ledgers.visit(account, from, to, add);
    else {
      if (from < incident.coveredFrom) this.ledgers.visit(account, from, incident.coveredFrom - 1, add);
      if (to > incident.coveredTo) this.ledgers.visit(account, incident.coveredTo + 1, to, add);
    }
    incident.coveredFrom = from;
    incident.coveredTo = to;
    if (bits !== 0 && entry.time >= from && entry.time <= to) add(entry.v0, entry.v1, entry.v2, entry.v3, entry.mark, bits);
  }

  #tellOf(incident: Incident, toldRules: ReadonlySet<string> | undefined, arrival: Arrival): void {
    if (!incident.changed) return;
    incident.changed = false;
    incident.receivedAt = arrival.receivedAt;
    const { step } = incident;
    if (!toldRules) {
      incident.patientsAtDetection = incident.patients;
      this.#tell(incident, 'incident.opened', '', arrival.detectedAt);
    } else {
      this.#version(incident);
      this.#dirty.add(incident);
      for (const { ruleId } of incident.inOrder)
        if (!toldRules.has(ruleId)) this.#tell(incident, 'incident.rule_added', ruleId, arrival.detectedAt);
      if (step > incident.toldStep) this.#tell(incident, 'incident.step', String(step), arrival.detectedAt);
    }
    incident.toldStep = Math.max(incident.toldStep, step);
    this.#schedule(incident);
  }

  /** As `#tellOf` where no rule is new. */
  #tellGrown(incident: Incident, arrival: Arrival): void {
    if (!incident.changed) return;
    incident.changed = false;
    incident.receivedAt = arrival.receivedAt;
    this.#version(incident);
    this.#dirty.add(incident);
    const { step } = incident;
    if (step > incident.toldStep) this.#tell(incident, 'incident.step', String(step), arrival.detectedAt);
    incident.toldStep = Math.max(incident.toldStep, step);
    this.#schedule(incident);
  }

  #tellMerged(gone: Incident, into: Incident, arrival: Arrival): void {
    gone.receivedAt = arrival.receivedAt;
    this.#tell(gone, 'incident.merged', into.opening.id, arrival.detectedAt, into.opening.id);
  }

  #tell(incident: Incident, type: ChangeType, what: string, now: number, mergedInto = ''): void {
    this.#version(incident);
    this.#dirty.delete(incident);
    this.#told.push(this.#changeOf(incident, type, what, now, mergedInto));
  }

  #changeOf(incident: Incident, type: ChangeType, what: string, changedAt: number, mergedInto = ''): IncidentChange {
    return changeOf(incident, { type, what, changedAt, mergedInto }, this.options.selectionIds, this.marks);
  }

  #version(incident: Incident): void {
    this.versionCounter = Math.min(this.versionCounter + 1, versionsPerFrame - 1);
    incident.version = this.versionBase + this.versionCounter;
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
    else this.#nextExpiry = Math.min(this.#nextExpiry, incident.lastTime + this.options.keepClosedMs);
  }

  #close(watermark: number, now: number): void {
    this.#nextClose = Number.POSITIVE_INFINITY;
    for (const incidents of this.byAccount.values())
      for (const incident of incidents) {
        if (incident.state === 'open' && watermark >= incident.lastTime + this.options.quietMs) {
          incident.state = 'closed';
          incident.closings += 1;
          this.#tell(incident, 'incident.closed', String(incident.closings), now);
        }
        this.#schedule(incident);
      }
  }

  #expire(watermark: number): void {
    this.#nextExpiry = Number.POSITIVE_INFINITY;
    this.#drop((incident) => watermark >= incident.lastTime + this.options.keepClosedMs);
    const closed = [...this.byAccount.values()].flat().filter(({ state }) => state === 'closed');
    let excess = closed.reduce((sum, { patientSet }) => sum + patientSet.bytes, 0) - this.options.closedBytesMax;
    if (excess <= 0) return;
    const dropped = new Set<Incident>();
    for (const incident of closed.toSorted((a, b) => a.lastTime - b.lastTime || a.opening.order - b.opening.order)) {
      if (excess <= 0) break;
      dropped.add(incident);
      excess -= incident.patientSet.bytes;
    }
    this.#drop((incident) => dropped.has(incident));
  }

  /** Forgets closed incidents that are chosen; one whose figures are still to be sent stays until they are. */
  #drop(chosen: (incident: Incident) => boolean): void {
    for (const [account, incidents] of this.byAccount) {
      const kept = incidents.filter((one) => one.state === 'open' || this.#dirty.has(one) || !chosen(one));
      if (kept.length) this.byAccount.set(account, kept);
      else this.byAccount.delete(account);
      for (const incident of kept) this.#schedule(incident);
    }
  }
}

/** Versions that one frame can give out. */
export const versionsPerFrame = 65_536;
