import type { IncidentChange } from '#libs/contracts/incident.js';
import { Engine, type FrameOutcome } from './engine.js';
import type { Rule } from './rule.js';

export interface HistoryJudgeOptions {
  /** Event time without any rule holding after which an incident closes, milliseconds. */
  readonly quietMs: number;
  /** How far an access may lie behind its account's newest one, for rules that do not say so themselves, milliseconds. */
  readonly allowedLatenessMs: number;
}

/** Closed incidents are kept this much longer than rows can be late, milliseconds. */
const keepClosedMs = 3_600_000;

/**
 * The incidents of a stretch of history that is handed over in frames, in order of time but for `disorderMsMax`. It is the live engine
 * over one partition, so what it shows is what fires. Memory holds the windows and the last state of each incident, not the rows.
 */
export class HistoryJudge {
  readonly #engine: Engine;
  readonly #incidents = new Map<string, IncidentChange>();
  readonly #openedAt = new Map<string, string>();
  /** After so much event time every rule has been judged. */
  readonly #settledMs: number;
  #offset = 0;

  constructor(
    rules: readonly Rule[],
    private readonly options: HistoryJudgeOptions,
  ) {
    const { quietMs, allowedLatenessMs } = options;
    this.#settledMs = Math.max(allowedLatenessMs, ...rules.map((rule) => rule.allowedLatenessMs ?? 0));
    this.#engine = new Engine({ rules, quietMs, allowedLatenessMs, keepClosedMs: quietMs + this.#settledMs + keepClosedMs });
  }

  /** Judges the rows of a frame: newline-delimited access rows. Lines that are no rows are named in the outcome and change nothing. */
  take(bytes: Uint8Array): FrameOutcome {
    const outcome = this.#engine.apply({ offset: this.#offset, bytes }, 0);
    this.#offset += 1;
    this.#note(false);
    return outcome;
  }

  /**
   * The last state of every incident once event time has reached `untilMs`, joined and withdrawn ones left out. `detected_at` is
   * `received_at` of the access that opened it: when a scorer that keeps up would have told it.
   */
  incidents(untilMs: number): readonly IncidentChange[] {
    this.#engine.advance(untilMs + this.#settledMs, 0);
    this.#note(true);
    const lasting = [...this.#incidents.values()].filter(({ state }) => state !== 'merged' && state !== 'withdrawn');
    return lasting.map((incident) => this.#dated(incident));
  }

  #note(includeUpdates: boolean): void {
    for (const change of this.#engine.takeChanges({ includeUpdates })) {
      const key = keyOf(change);
      this.#incidents.set(key, change);
      if (!this.#openedAt.has(key)) this.#openedAt.set(key, change.received_at);
    }
  }

  #dated(incident: IncidentChange): IncidentChange {
    const detected = this.#openedAt.get(keyOf(incident)) ?? incident.received_at;
    const delayMs = Date.parse(detected) - firedAt(incident);
    const late = delayMs > this.options.allowedLatenessMs;
    return {
      ...incident,
      detected_at: detected,
      changed_at: detected,
      detection_delay_seconds: delayMs / 1000,
      found: late ? 'late' : 'live',
      late_seconds: late ? delayMs / 1000 : 0,
    };
  }
}

/** One access may open an incident and a suppressed match, which then have the same id. */
function keyOf({ incident_id, suppressed_by }: IncidentChange): string {
  return `${incident_id} ${suppressed_by.length > 0}`;
}

/** Event time at which the first rule of the incident held first, milliseconds. */
export function firedAt({ rule_matches, last_time }: Pick<IncidentChange, 'rule_matches' | 'last_time'>): number {
  return Math.min(Date.parse(last_time), ...rule_matches.map(({ first_fired }) => Date.parse(first_fired)));
}

/** How far rows may lie behind one another and still be judged exactly: what the least patient rule allows, milliseconds. */
export function disorderMsMax(rules: readonly Rule[], allowedLatenessMs: number): number {
  return Math.min(...rules.map((rule) => rule.allowedLatenessMs ?? allowedLatenessMs), allowedLatenessMs);
}
