import type { SharedIncident } from '#libs/access-store/incidents/shared-incidents.js';
import type { StoredCondition } from '#libs/access-store/selections/selection-expressions.js';
import type { FormerLane } from '#libs/detection/relay/relay.js';
import { type Rule, rulesOf, type Selection } from '#libs/detection/rule/rule.js';
import { selectionIdsOf } from '#libs/detection/rule/selection-ids.js';
import { readCondition } from '#libs/detection/rules/load/read-condition.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { Transient } from '#libs/runtime/outcome.js';

/** Incidents that ended before are not known to any scorer, milliseconds. */
const outlineMs = 400 * 24 * 3_600_000;

export interface FormerSubjectsTools {
  /** Incidents of other subjects than accounts that stand, from an event time on. Rejects with `Transient` while the store is away. */
  readonly incidents: (fromMs: number) => Promise<readonly SharedIncident[]>;
  readonly conditions: (ids: readonly string[]) => Promise<readonly StoredCondition[]>;
  /** See `EngineOptions`. */
  readonly quietMs: number;
  readonly clock: Clock;
  readonly logger: Log;
}

/** What incidents of other subjects than accounts count by selections of before, and when it was read. */
export interface FormerSeen {
  readonly former: readonly FormerLane[];
  /** When it was asked for, monotonic milliseconds. */
  readonly at: number;
}

/**
 * What has to be relayed for incidents of addresses, devices, sessions and clinics that lists of before told: their accesses are in the list of the incident, and no rule of now looks at them. The
 * store says which incidents those are, whichever scorer has told them, and by what they count.
 */
export class FormerSubjects {
  readonly #selections = new Map<string, Selection>();
  #seen: FormerSeen = { former: [], at: Number.NEGATIVE_INFINITY };

  constructor(private readonly tools: FormerSubjectsTools) {}

  get seen(): FormerSeen {
    return this.#seen;
  }

  /** Asks the store. Resolves with what is known then: where it is away, with what was known before. */
  async look(rules: readonly Rule[]): Promise<FormerSeen> {
    const { clock, logger, incidents } = this.tools;
    const at = clock.monotonic();
    try {
      const found = (await incidents(clock.now() - outlineMs)).flatMap((one) => formerOf(one, rules));
      await this.#learn(found.map(({ id }) => id));
      this.#seen = { former: found.flatMap((one) => this.#laneOf(one)), at };
    } catch (cause) {
      if (!(cause instanceof Transient)) throw cause;
      logger.warn('what incidents of former lists count cannot be read; accesses are handed on by what was known of them', {
        cause,
      });
    }
    return this.#seen;
  }

  async #learn(ids: readonly string[]): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !this.#selections.has(id));
    const stored = missing.length > 0 ? await this.tools.conditions(missing) : [];
    for (const { selection_id: id, condition } of stored) {
      const selection = readCondition(id, condition);
      if (selection) this.#selections.set(id, selection);
    }
  }

  #laneOf({ id, incident }: Former): readonly FormerLane[] {
    const selection = this.#selections.get(id);
    if (!selection) return [];
    const { subject_kind: kind, group_id: groupId, actor_id: actorId, state, first_time, last_time } = incident;
    const { quietMs } = this.tools;
    const toMs = state === 'open' ? Number.POSITIVE_INFINITY : Date.parse(last_time) + quietMs;
    return [{ kind, groupId, actorId, fromMs: Date.parse(first_time) - quietMs, toMs, selection }];
  }
}

interface Former {
  readonly id: string;
  readonly incident: SharedIncident;
}

function formerOf(incident: SharedIncident, rules: readonly Rule[]): readonly Former[] {
  const live = new Set(selectionIdsOf(rulesOf({ rules, subject: incident.subject_kind })));
  return incident.selections.filter((id) => !live.has(id)).map((id) => ({ id, incident }));
}
