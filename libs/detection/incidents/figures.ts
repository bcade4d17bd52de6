import type { Firing } from '../judge/firing.js';
import type { Windows } from '../judge/windows.js';
import { entryWords, markOf } from '../memory/entry.js';
import type { Marks } from '../memory/marks.js';
import { noSelections } from '../memory/selection-sets.js';
import { beginWith, reachBack } from './reach-back.js';
import type { Incident } from './incident.js';
import type { Arrival } from './opening.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/**
 * What incidents say of the windows: patients, and the counts of the windows in which rules held first. Whatever cannot be had any more, because
 * the windows no longer hold it, is answered by `true`: the account's history is needed.
 */
export class Figures {
  /** Incidents whose figures may wait to be counted, with their accounts; empty between frames. */
  readonly #grown = new Map<Incident, number>();
  /** When the newest access of an account reaches this, some of them can be counted no more. */
  grownUntil = Number.POSITIVE_INFINITY;

  constructor(
    private readonly windows: Windows,
    private readonly marks: Marks,
    /** What came late came at least so late, milliseconds. */
    private readonly allowedLatenessMs: Milliseconds,
  ) {}

  /** The incident takes a firing in, with the count of its window where that matters. True where the windows lack what it may begin with. */
  fire(incident: Incident, firing: Firing, account: AccountNumber): boolean {
    const until = this.windows.heldUntil(account, firing.first - firing.rule.timespanMs, firing.rule.series);
    const known = incident.matches.get(firing.rule.rule.id);
    if (until > 0 && known && firing.first < known.firstFired) this.#fireEarlier(incident, firing, account);
    else incident.fire(firing, incident.asksFor(firing) ? this.windows.countAt(account, firing, true) : undefined, until > 0);
    this.#wait(incident, account, until);
    return firing.rule.innerMs > 0 && this.#begin(incident, firing, account);
  }

  /** While accesses come late, one firing after the other is the first: when its window begins is known at once, what it holds is counted when figures are told. */
  #fireEarlier(incident: Incident, firing: Firing, account: AccountNumber): void {
    incident.fire(firing, { value: 0, spread: 0, first: this.windows.beginsAt(account, firing) }, true);
    incident.windows.grows(firing);
  }

  /** Lets it begin with what inner rules counted. */
  #begin(incident: Incident, { rule }: Firing, account: AccountNumber): boolean {
    let from = Number.POSITIVE_INFINITY;
    beginWith(incident, rule.rule.id, (after, until, selection) => {
      from = after;
      return this.windows.earliest(account, after, until, selection);
    });
    return from < this.windows.completeAbove(account);
  }

  #wait(incident: Incident, account: AccountNumber, until: number): void {
    this.#grown.set(incident, account);
    if (until > 0) this.grownUntil = Math.min(this.grownUntil, until);
  }

  /** Counts what waits. To be called before what it counts is let go of, and at the end of a frame. */
  countGrown(): void {
    if (this.#grown.size === 0) return;
    for (const incident of this.#grown.keys()) {
      this.countAgain(incident);
      incident.windows.clear();
    }
    this.#grown.clear();
    this.grownUntil = Number.POSITIVE_INFINITY;
  }

  /** Whoever let it wait has noted that the incident changed. */
  countAgain(incident: Incident): void {
    const account = this.#grown.get(incident);
    if (account === undefined) return;
    const { changed } = incident;
    for (const firing of incident.grown()) incident.recount(firing, this.windows.countAt(account, firing, true));
    this.#countFiring(incident, account);
    incident.changed = changed;
  }

  /** `other` goes into `survivor`. */
  join(survivor: Incident, other: Incident): void {
    for (const one of [survivor, other]) this.countAgain(one);
    survivor.absorb(other);
    this.#grown.delete(other);
  }

  /** Brings the patients up to the incident's times, and takes the access in where it lies between them. */
  cover(incident: Incident, arrival: Arrival, again: boolean): boolean {
    const { account, entry, set } = arrival;
    reachBack(incident, entry.time, set);
    const from = incident.firstTime;
    const to = incident.lastTime;
    // A late access can make the first firing earlier and its window begin later: then some patients have to go.
    if (from > incident.coveredFrom && from > this.windows.floor(account)) incident.uncover();
    const { coveredFrom, coveredTo } = incident;
    const isEmpty = coveredFrom > coveredTo;
    const complete = this.windows.completeAbove(account);
    const lacks = (from < coveredFrom && from <= complete) || (!isEmpty && to > coveredTo && coveredTo < complete);
    if (again || isEmpty) this.#add(incident, account, from, to);
    else {
      if (from < coveredFrom) this.#add(incident, account, from, coveredFrom - 1);
      if (to > coveredTo) this.#add(incident, account, coveredTo + 1, to);
    }
    incident.coveredFrom = from;
    incident.coveredTo = to;
    if (set !== noSelections && entry.time >= from && entry.time <= to)
      incident.add(entry.v0, entry.v1, entry.v2, entry.v3, entry.mark, set);
    return lacks;
  }

  /** Takes every access between the incident's times that is held. */
  coverWhole(incident: Incident, account: AccountNumber): void {
    const { firstTime, lastTime } = incident;
    this.#add(incident, account, firstTime, lastTime);
    incident.coveredFrom = firstTime;
    incident.coveredTo = lastTime;
    incident.firingStale = true;
    this.#countFiring(incident, account);
    incident.firingStale = false;
  }

  #add(incident: Incident, account: AccountNumber, from: number, to: number): void {
    const stretch = this.windows.between(account, from, to);
    const { words } = stretch;
    for (let word = stretch.from; word < stretch.end; word += entryWords) {
      const mark = markOf(words, word);
      const [v0, v1, v2, v3] = [
        words[word] ?? outside(),
        words[word + 1] ?? outside(),
        words[word + 2] ?? outside(),
        words[word + 3] ?? outside(),
      ];
      incident.add(v0, v1, v2, v3, mark, this.marks.setOf(mark));
    }
  }

  /** Has the patients up to the first firing counted, when that may have changed and the windows still have them. */
  noteFiring(incident: Incident, { account, entry, set, lateMs }: Arrival): boolean {
    if (incident.archived) return false;
    const { firstFired, firstTime } = incident;
    if (entry.time <= firstFired && entry.time >= firstTime) incident.lateMs = Math.max(incident.lateMs, lateMs);
    if (set !== noSelections && entry.time <= firstFired && entry.time >= firstTime) incident.firingStale = true;
    if (!incident.firingStale) return false;
    if (firstTime <= this.windows.completeAbove(account)) return true;
    incident.changed = true;
    const until = this.windows.heldUntil(account, firstTime);
    this.#wait(incident, account, until);
    if (until === 0) this.countAgain(incident);
    return false;
  }

  #countFiring(incident: Incident, account: AccountNumber): void {
    const { firstFired, firstTime } = incident;
    if (!incident.firingStale || incident.archived || firstTime <= this.windows.completeAbove(account)) return;
    const { value, isLate } = this.windows.countPatients(account, firstTime, firstFired, incident.firingSet);
    incident.firingStale = false;
    incident.patientsAtFiring = value;
    incident.isLate = isLate;
    if (isLate) incident.lateMs = Math.max(incident.lateMs, this.allowedLatenessMs);
  }
}
