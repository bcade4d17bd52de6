import type { ChangeType, IncidentChange } from '#libs/contracts/incident.js';
import { changeOf } from './incident-change.js';
import type { Figures } from './figures.js';
import type { Incident } from './incident.js';
import type { BookOptions } from './incident-seams.js';
import type { Marks } from '../memory/marks.js';
import type { Milliseconds } from '../scan/kinds.js';

/** Versions that one frame can give out. */
export const versionsPerFrame = 65_536;

/** Gives out versions: a frame's offset times 65,536, and a count within it. Books of one engine share it. */
export class Versions {
  base = 0;
  counter = 0;

  beginFrame(offset: number): void {
    this.base = offset * versionsPerFrame;
    this.counter = 0;
  }

  /** Of the frame that began last, 0 before the first. */
  get offset(): number {
    return this.base / versionsPerFrame;
  }

  next(): number {
    this.counter = Math.min(this.counter + 1, versionsPerFrame - 1);
    return this.base + this.counter;
  }
}

/** Notes what is to be told of incidents, and whose figures changed without being told. */
export class IncidentTeller {
  #told: IncidentChange[] = [];
  readonly #dirty = new Set<Incident>();

  constructor(
    private readonly options: BookOptions,
    private readonly marks: Marks,
    private readonly versions: Versions,
    /** Counted again before they are told. */
    private readonly figures: Figures,
  ) {}

  /** What was told since the last call, in order; with `includeUpdates` also the present figures of incidents that changed untold. */
  takeChanges(includeUpdates: boolean, now: Milliseconds): IncidentChange[] {
    const changes = this.#told;
    this.#told = [];
    if (includeUpdates) {
      for (const incident of this.#dirty)
        changes.push(this.#changeOf(incident, 'incident.updated', String(incident.version), now));
      this.#dirty.clear();
    }
    return changes;
  }

  /** What was told and not yet taken. */
  get untaken(): readonly IncidentChange[] {
    return this.#told;
  }
  tellAgain(changes: readonly IncidentChange[]): void {
    this.#told.push(...changes);
  }

  markDirty(incident: Incident): void {
    this.#dirty.add(incident);
  }
  /** The same, by a version of now. */
  renew(incident: Incident): void {
    incident.version = this.versions.next();
    this.#dirty.add(incident);
  }
  isDirty(incident: Incident): boolean {
    return this.#dirty.has(incident);
  }
  forget(incident: Incident): void {
    this.#dirty.delete(incident);
  }

  /** Says what has changed of an incident; `toldRules` are the rules of one that was told before. */
  changed(incident: Incident, toldRules: ReadonlySet<string> | undefined, now: Milliseconds): void {
    incident.changed = false;
    if (this.#isHidden(incident)) {
      this.#withdrawHidden(incident, now);
      return;
    }
    if (this.options.kind === 'suppressed') incident.state = 'suppressed';
    if (!toldRules || incident.version === 0) this.#opened(incident, now);
    else this.#grown(incident, toldRules, now);
  }

  #opened(incident: Incident, now: Milliseconds): void {
    incident.patientsAtDetection = incident.patients;
    this.tell(incident, 'incident.opened', '', now);
    incident.toldStep = Math.max(incident.toldStep, incident.step);
  }

  #grown(incident: Incident, toldRules: ReadonlySet<string>, now: Milliseconds): void {
    incident.version = this.versions.next();
    this.#dirty.add(incident);
    for (const { ruleId } of incident.inOrder)
      if (!toldRules.has(ruleId)) this.tell(incident, 'incident.rule_added', ruleId, now);
    this.#stepped(incident, now);
  }

  #stepped(incident: Incident, now: Milliseconds): void {
    const { step } = incident;
    if (step > incident.toldStep) this.tell(incident, 'incident.step', String(step), now);
    incident.toldStep = Math.max(incident.toldStep, step);
  }

  /** As `changed` where no rule is new, which is what most accesses of an account that is being emptied do. */
  prolonged(incident: Incident, now: Milliseconds): void {
    if (this.options.kind === 'suppressed') {
      this.changed(incident, new Set(incident.matches.keys()), now);
      return;
    }
    incident.changed = false;
    incident.version = this.versions.next();
    this.#dirty.add(incident);
    this.#stepped(incident, now);
  }

  closed(incident: Incident, now: Milliseconds): void {
    incident.state = 'closed';
    incident.closings += 1;
    this.tell(incident, 'incident.closed', String(incident.closings), now);
  }

  tell(incident: Incident, type: ChangeType, what: string, now: Milliseconds, mergedInto = ''): void {
    if (this.#isHidden(incident)) return;
    incident.version = this.versions.next();
    this.#dirty.delete(incident);
    if (this.options.kind === 'incidents') {
      this.#told.push(this.#changeOf(incident, type, what, now, mergedInto));
      return;
    }
    const isNew = type === 'incident.opened' || type === 'incident.rule_added';
    this.#told.push(
      this.#changeOf(incident, isNew ? 'incident.suppressed' : 'incident.updated', `${type} ${what}`, now, mergedInto),
    );
  }

  /** It was recorded, and a late access shows that no exception has to do with it. */
  #withdrawHidden(incident: Incident, now: Milliseconds): void {
    if (incident.version === 0 || incident.state === 'withdrawn') return;
    incident.state = 'withdrawn';
    incident.version = this.versions.next();
    this.#told.push(this.#changeOf(incident, 'incident.updated', String(incident.version), now));
  }

  /** What rules without their exceptions find is recorded only when an exception has to do with it. Of one that ended long ago only that it was is known. */
  #isHidden(incident: Incident): boolean {
    if (this.options.kind !== 'suppressed') return false;
    return incident.archived ? incident.version === 0 : !incident.isExceptional;
  }

  #changeOf(incident: Incident, type: ChangeType, what: string, changedAt: number, mergedInto = ''): IncidentChange {
    this.figures.countAgain(incident);
    return changeOf(
      incident,
      { type, what, changedAt, mergedInto, kind: this.options.kind, subject: this.options.subject },
      this.options.selectionIds,
      this.marks,
    );
  }
}
