import type { AccessStore } from '#libs/access-store/port.js';
import type { RulesConfig } from '#libs/detection/rules/config.js';
import { requireRules } from '#libs/detection/rules/require-rules.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';

/** Time between two attempts, in milliseconds: doubled up to the second. */
const waitMs = { first: 1000, max: 300_000 } as const;

/**
 * Makes the selections of the rules known to the store, so that `incident_patients` lists what the scorer counts. Tried until it is done:
 * a mistake in the rules is logged and may be mended meanwhile. Storing goes on without it.
 */
export async function registerRuleSelections(
  store: Pick<AccessStore, 'registerSelections'>,
  config: RulesConfig,
  { clock, log, signal }: { readonly clock: Clock; readonly log: Log; readonly signal: AbortSignal },
): Promise<void> {
  for (let wait: number = waitMs.first; !signal.aborted; wait = Math.min(2 * wait, waitMs.max)) {
    try {
      const { rules } = await requireRules(config);
      const selections = new Map(rules.map(({ selection }) => [selection.id, selection]));
      await store.registerSelections([...selections.values()]);
      log.info('the selections of the rules are known to ClickHouse', { count: selections.size, path: config.VIGIE_RULES_DIR });
      return;
    } catch (cause) {
      log.warn('the selections of the rules are not known to ClickHouse yet', {
        cause,
        waitMs: wait,
        path: config.VIGIE_RULES_DIR,
      });
      await clock.sleep(wait, signal).catch(() => {});
    }
  }
}
