import type { AccountView } from '#libs/contracts/account-view.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { Engine, type EngineOptions, type EngineStats, type FrameOutcome } from '#libs/detection/engine.js';
import type { Rule } from '#libs/detection/rule.js';

/** An account whose accesses came too late for what memory holds: its history must be judged again. */
export interface Rejudgement {
  readonly groupId: string;
  readonly actorId: string;
  /** Rows with `fromMs < time <= toMs` are needed. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The store must hold everything of the partition up to this offset, inclusive. */
  readonly throughOffset: number;
}

/** What the scorer asks of the windows of one partition; see `libs/detection/engine.ts`. */
export interface Windows {
  apply(frame: { readonly offset: number; readonly bytes: Uint8Array }, detectedAt: number): FrameOutcome;
  takeChanges(options: { readonly includeUpdates: boolean }): IncidentChange[];
  idle(silentMs: number, detectedAt: number): void;
  snapshot(): Iterable<Uint8Array>;
  stats(): EngineStats;
  /** What waits for its history, oldest first. */
  rejudgements(): readonly Rejudgement[];
  rejudge(asked: Rejudgement, frames: readonly Uint8Array[], detectedAt: number): void;
  /** Takes rows of the past in, so that windows which began empty are full; rows that are known change nothing. */
  backfill(bytes: Uint8Array, detectedAt: number): void;
  /** The same windows under other rules, and from which event time on those that began empty need `backfill`. */
  withRules(rules: readonly Rule[]): { readonly engine: Windows; readonly backfillFromMs: number | undefined };
  explain(groupId: string, actorId: string): AccountView | undefined;
}

/** Makes windows: empty ones, or those of a snapshot. */
export interface WindowsMaker {
  create(options: EngineOptions): Windows;
  /** Throws when the pieces are no snapshot that can be read. */
  restore(pieces: Iterable<Uint8Array>, options: EngineOptions): Windows;
}

export const engineWindows: WindowsMaker = {
  create: (options) => new EngineWindows(new Engine(options), options),
  restore: (pieces, options) => new EngineWindows(Engine.restore(pieces, options), options),
};

/** The engine as it is, without re-judging. */
export class EngineWindows implements Windows {
  #lastOffset = 0;

  constructor(
    protected readonly engine: Engine,
    protected readonly options: EngineOptions,
  ) {}

  apply(frame: { readonly offset: number; readonly bytes: Uint8Array }, detectedAt: number): FrameOutcome {
    this.#lastOffset = frame.offset;
    return this.engine.apply(frame, detectedAt);
  }
  takeChanges(options: { readonly includeUpdates: boolean }): IncidentChange[] {
    return this.engine.takeChanges(options);
  }
  idle(silentMs: number, detectedAt: number): void {
    this.engine.idle(silentMs, detectedAt);
  }
  snapshot(): Iterable<Uint8Array> {
    return this.engine.snapshot();
  }
  stats(): EngineStats {
    return this.engine.stats();
  }
  rejudgements(): readonly Rejudgement[] {
    return [];
  }
  rejudge(_asked: Rejudgement, _frames: readonly Uint8Array[], _detectedAt: number): void {}
  backfill(bytes: Uint8Array, detectedAt: number): void {
    // Half a frame further: between the versions of the frame before and the next one.
    this.engine.apply({ offset: this.#lastOffset + 0.5, bytes }, detectedAt);
  }
  withRules(rules: readonly Rule[]): { readonly engine: Windows; readonly backfillFromMs: number | undefined } {
    const options = { ...this.options, rules };
    return {
      engine: engineWindows.restore(this.snapshot(), options),
      backfillFromMs: this.stats().watermark - horizonMs(options),
    };
  }
  explain(_groupId: string, _actorId: string): AccountView | undefined {
    return undefined;
  }
}

/** How far back accesses decide: the longest window, or the time for which an account must have slept, and the quiet time of incidents. */
export function horizonMs({ rules, quietMs, allowedLatenessMs }: EngineOptions): number {
  const reach = (rule: Rule): number =>
    rule.timespanMs +
    (rule.dormantMs ?? 0) +
    Math.max(0, ...rule.inputs.map((input) => (input.kind === 'matches' ? reach(input.rule) : 0)));
  return Math.max(quietMs, ...rules.map((rule) => reach(rule))) + allowedLatenessMs;
}

/** What decides which windows a set of rules needs: a rule whose key is not among those of a snapshot begins with an empty window. */
export function windowKeys(rules: readonly Rule[]): readonly string[] {
  return [...new Set(rules.map((rule) => keyOf(rule)))].toSorted();
}

function keyOf(rule: Rule): string {
  const inputs = rule.inputs.map((input) =>
    input.kind === 'rows'
      ? [input.selection.id, input.by, input.field, input.spread ?? '']
      : [keyOf(input.rule), input.by, input.field, input.spread ?? ''],
  );
  const { type, timespanMs, dormantMs, exceptions, unfiltered } = rule;
  return JSON.stringify([
    type, inputs, timespanMs, dormantMs ?? 0, exceptions.map(({ id, excluded, expiresMs }) => [id, excluded.id, expiresMs]),
    unfiltered ? keyOf(unfiltered) : '',
  ]); // prettier-ignore
}
