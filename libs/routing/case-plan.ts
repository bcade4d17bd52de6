import type { CaseMessage, MessageKind } from '#libs/contracts/case-message.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import type { ChangeType } from '#libs/contracts/incident.js';
import type { CaseEntry } from '#libs/cases/timeline.js';
import { rank, resolve, routed } from './match.js';
import { silencesOf } from './mute.js';
import { gatherMs, growthFactor, type Origin, type Planning } from './planning.js';
import type { Level, Policy } from './routing.js';
import { type Run, startRun, stepAfter } from './run.js';
import { muteEndIdOf, type Send, sendIdOf } from './send.js';

/** Why somebody is being told from the first step on. */
interface Episode {
  readonly kind: MessageKind;
  readonly origin: string;
  /** Who was told in it. */
  readonly told: Set<string>;
  /** Policies that it has begun. */
  readonly begun: Set<string>;
}

/** The messages of one case along its life. Instants are milliseconds of the wall clock; what happens at one comes before what falls due at it. */
export class CasePlan {
  readonly #told = new Map<string, readonly string[]>();
  readonly #own: Send[] = [];
  #row: CaseRow | undefined;
  #change: { readonly change_id: string; readonly change_type: ChangeType } | undefined;
  /** The beginning of an episode, that gathers or waits for an opening. */
  #pending: { readonly kind: MessageKind; readonly origin: string; readonly at: number; readonly held: boolean } | undefined;
  #episode: Episode | undefined;
  #runs: readonly Run[] = [];
  #muted: { readonly until: number; readonly by: string } | undefined;
  #last: { readonly patients: number; readonly level: Level } = { patients: 0, level: 'informational' };
  /** It is part of another case. */
  #gone = false;

  constructor(
    readonly caseId: string,
    private readonly planning: Planning,
  ) {}

  get gone(): boolean {
    return this.#gone;
  }

  /** When something falls due next. */
  get dueAt(): number {
    return Math.min(this.#pending?.at ?? Infinity, this.#muted?.until ?? Infinity, ...this.#runs.map(({ at }) => at));
  }

  /** Lets everything fall due that is due before an instant. */
  advance(before: number): void {
    for (let at = this.dueAt; at < before; at = this.dueAt) {
      const run = this.#runs.find((one) => one.at === at);
      if (this.#pending?.at === at) this.#begin(at);
      else if (this.#muted?.until === at) this.#unmute(at);
      else if (run) this.#go(run);
    }
  }

  /** A line of its life, and how the case stood then. */
  take(entry: CaseEntry, row: CaseRow, at: number): void {
    this.advance(at);
    const was = this.#gone ? undefined : this.#row?.status;
    const known = this.#row !== undefined;
    this.#row = row;
    this.#gone = false;
    if (entry.incident_id !== undefined) this.#change = { change_id: entry.id, change_type: entry.what as ChangeType };
    if (row.status === 'new' && was !== 'new') this.#await(known ? 'again' : 'opening', entry.id, at);
    else if (row.status === 'resolved' && was !== 'resolved')
      this.#end(entry.because === 'withdrawn' ? 'withdrawn' : 'ended', entry.id, at);
    else if (row.status !== 'new' && was === 'new') this.#stop(at, ({ kind }) => kind === 'escalation');
    this.#tellOwner(entry, row, at);
    this.#hurry(entry, row, at);
    if (row.status !== 'resolved' && this.#episode && !this.#pending) this.#news(entry, row, at);
  }

  /** From now on it is part of another case: whoever was told of it is told what becomes of that one. */
  joinInto(other: CasePlan, at: number): void {
    this.advance(at);
    // What was due there before was told by what it had told itself.
    other.advance(at);
    this.#pending = undefined;
    this.#stop(at);
    for (const [receiver, ids] of this.#told) other.#told.set(receiver, [...(other.#told.get(receiver) ?? []), ...ids]);
    this.#gone = true;
  }

  #await(kind: MessageKind, origin: string, at: number): void {
    this.#stop(at);
    this.#episode = undefined;
    this.#pending = { kind, origin, at: at + gatherMs(this.#row?.level ?? 'critical'), held: false };
  }

  /** What has become critical is not gathered for long, waits for no opening, and is kept back by no mute but one that says so. */
  #hurry(entry: CaseEntry, row: CaseRow, at: number): void {
    if (this.#pending && row.level === 'critical')
      this.#pending = { ...this.#pending, at: Math.min(this.#pending.at, at + gatherMs(row.level)) };
    if (!this.#muted || silencesOf(this.planning.mutes, row, at).length > 0) return;
    this.#muted = undefined;
    if (row.status === 'new' && !this.#pending) this.#await(this.#told.size > 0 ? 'level' : 'opening', entry.id, at);
  }

  #begin(at: number): void {
    const [pending, row] = [this.#pending, this.#row];
    this.#pending = undefined;
    if (!pending || !row) return;
    const { kind, origin, held } = pending;
    // Taken while it waited: there is nobody to wake. Taken while it was gathered: they are told that, too.
    if (row.status !== 'new' && (held || kind === 'muted_end')) return;
    const { policies, heldUntil } = routed(this.planning.routing, row, at);
    if (heldUntil !== undefined) {
      this.#pending = { kind, origin, at: heldUntil, held: true };
      return;
    }
    this.#episode = { kind, origin, told: new Set(), begun: new Set() };
    this.#last = row;
    this.#start(policies, this.#episode, row, at);
  }

  /** Begins policies that were not begun; of one that is taken already only what it would have told at once. */
  #start(policies: readonly Policy[], episode: Episode, row: CaseRow, at: number): void {
    const fresh = policies.filter(({ name }) => !episode.begun.has(name));
    for (const { name } of fresh) episode.begun.add(name);
    const runs = fresh.map((policy) => startRun(policy, at));
    if (row.status === 'new') this.#runs = [...this.#runs, ...runs];
    else for (const run of runs) if (run.at === at) this.#tell(run);
  }

  #go(run: Run): void {
    const hurriedAt = this.#tell(run);
    const next = this.#muted ? undefined : stepAfter(run, hurriedAt);
    this.#runs = this.#muted ? [] : this.#runs.flatMap((one) => (one === run ? (next ?? []) : one));
  }

  /** Tells a step. Answers with when the next one should come at once, because this one reaches nobody. */
  #tell({ policy, step, round, at }: Run): number | undefined {
    const [episode, row] = [this.#episode, this.#row];
    if (!episode || !row) return undefined;
    const { routing, nobody, failedAt } = this.planning;
    const found = resolve(routing, policy.steps[step]?.tell ?? [], at);
    const place = { policy: policy.name, step, round };
    for (const schedule of found.nobody) nobody.push({ case_id: this.caseId, ...place, at, schedule });
    const first = step === 0 && round === 0;
    const wanted = first ? found.receivers.filter((receiver) => !episode.told.has(receiver)) : found.receivers;
    const made = this.#emit(
      (receiver) =>
        first ? (this.#told.has(receiver) || episode.kind === 'muted_end' ? episode.kind : 'opening') : 'escalation',
      wanted,
      at,
      { origin: episode.origin, ...place },
    );
    for (const { receiver } of made) episode.told.add(receiver);
    if (found.nobody.length > 0) return at;
    const failed = made.flatMap(({ send_id }) => failedAt(send_id) ?? []);
    return made.length > 0 && failed.length === made.length ? Math.max(at, ...failed) : undefined;
  }

  /** Its level rose, it has many times the patients, or it now concerns others. */
  #news(entry: CaseEntry, row: CaseRow, at: number): void {
    const { level, patients } = this.#last;
    const kind =
      rank(row.level) > rank(level) ? 'level' : patients > 0 && row.patients >= growthFactor * patients ? 'grew' : undefined;
    if (kind) {
      this.#last = { level: rank(row.level) > rank(level) ? row.level : level, patients: row.patients };
      for (const { receiver } of this.#emit(() => kind, [...this.#told.keys()], at, { origin: entry.id }))
        this.#episode?.told.add(receiver);
    }
    const { policies, heldUntil } = routed(this.planning.routing, row, at);
    if (heldUntil !== undefined || !this.#episode || this.#muted || policies.every(({ name }) => this.#episode?.begun.has(name)))
      return;
    this.#runs = this.#runs.filter(({ policy }) => policies.includes(policy));
    this.#start(policies, this.#episode, row, at);
  }

  #end(kind: MessageKind, origin: string, at: number): void {
    this.#stop(at);
    this.#pending = undefined;
    this.#episode = undefined;
    this.#emit(() => kind, [...this.#told.keys()], at, { origin, needs: true });
  }

  /** The owner, where the file knows who that is: it was given to them, its hold is over, or more came of what they have resolved. */
  #tellOwner({ what, by, id, effect, because, before }: CaseEntry, row: CaseRow, at: number): void {
    const receivers = this.planning.routing.people.get(row.owner) ?? [];
    const more =
      row.status === 'resolved' && before === 'resolved' && (what === 'incident.step' || what === 'incident.rule_added');
    const kind =
      effect !== 'counted' || because
        ? undefined
        : what === 'case.assigned' && by !== row.owner
          ? 'asked'
          : what === 'hold_ended'
            ? 'again'
            : more
              ? 'grew'
              : undefined;
    if (kind) this.#emit(() => kind, receivers, at, { origin: id });
  }

  /** Nothing goes on by itself any more, and what was not sent yet would be wrong. */
  #stop(at: number, which: (send: Send) => boolean = () => true): void {
    this.#runs = [];
    this.#muted = undefined;
    for (const send of this.#own) if (which(send)) send.stoppedAt ??= at;
  }

  /** A mute is over, or goes over into another one. What is still new is told from the first step on. */
  #unmute(at: number): void {
    const row = this.#row;
    const { by = '' } = this.#muted ?? {};
    this.#muted = undefined;
    if (!row || row.status !== 'new') return;
    const silence = this.#silence(row, at);
    if (silence) this.#muted = { ...silence, by };
    else this.#pending = { kind: 'muted_end', origin: `muted ${by} ${at}`, at, held: false };
  }

  /** The mutes over a case, and the end of the last of them. */
  #silence(row: CaseRow, at: number): { readonly until: number; readonly by: string } | undefined {
    const silences = silencesOf(this.planning.mutes, row, at);
    if (silences.length === 0) return undefined;
    return {
      until: Math.max(...silences.map(({ until }) => until)),
      by: silences
        .map(({ muteId }) => muteId)
        .toSorted()
        .join(','),
    };
  }

  #emit(
    kindOf: (receiver: string) => MessageKind,
    receivers: readonly string[],
    at: number,
    from: Omit<Origin, 'silence'>,
  ): readonly Send[] {
    const row = this.#row;
    if (!row) return [];
    const silence = this.#silence(row, at);
    const wanted = receivers.filter(
      (name) => rank(row.level) >= rank(this.planning.routing.receivers.get(name)?.level_min ?? 'critical'),
    );
    const made = wanted.map((receiver) =>
      this.#send(kindOf(receiver), receiver, at, row, { ...from, silence: silence?.by ?? '' }),
    );
    if (silence && row.status === 'new') [this.#muted, this.#runs] = [silence, []];
    if (!silence)
      for (const { receiver, send_id } of made) this.#told.set(receiver, [...(this.#told.get(receiver) ?? []), send_id]);
    return made;
  }

  #send(kind: MessageKind, receiver: string, at: number, row: CaseRow, from: Origin): Send {
    const { origin, policy = '', step = 0, round = 0, silence } = from;
    const key = { case_id: this.caseId, origin, kind, policy, step, round, receiver };
    const list = kind === 'muted_end';
    const send_id = list ? muteEndIdOf(origin, receiver) : sendIdOf(key);
    const message: CaseMessage = {
      send_id,
      kind,
      at: new Date(at).toISOString(),
      ...(list ? { cases: [row] } : { case: row, ...this.#change }),
      ...(kind === 'escalation' && { escalation: { policy, step, round } }),
    };
    const needs = from.needs ? (this.#told.get(receiver) ?? []) : [];
    const send = { ...key, send_id, at, message, stoppedAt: undefined, mutedBy: silence, needs };
    this.#own.push(send);
    this.planning.sends.push(send);
    return send;
  }
}
