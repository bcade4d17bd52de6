import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { readStoredLists } from '#libs/access-store/contract/lists.js';
import { ruleVerdicts } from '#libs/access-store/verdicts/rule-verdicts.js';
import { printable, printableLines } from '#libs/contracts/visible-text.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import type { Clock } from '#libs/runtime/clock.js';
import { readCommandConfig } from '../config.js';
import { withStore } from '../with-store.js';
import { scorecardOf, scorecardText } from './scorecard-text.js';

export interface ScorecardOptions {
  readonly weeks: number;
  readonly group?: string;
  readonly json?: boolean;
}

/** `vigie rules scorecard`: what people found of the cases of each rule, the rules in use that had none among them. */
export async function scorecardCommand({ weeks, group, json }: ScorecardOptions, clock: Clock): Promise<void> {
  const config = readCommandConfig();
  const card = await withStore(config, async (client) => {
    const { rules } = await requireRules(config, await readStoredLists(new ClickHouseLists(client)));
    return scorecardOf(rules, await ruleVerdicts(client, { nowMs: clock.now(), weeks, groupId: group }), {
      perWeek: config.VIGIE_FALSE_INCIDENTS_PER_WEEK,
      weeks,
    });
  });
  process.stdout.write(json ? printableLines(`${JSON.stringify(card, null, 2)}\n`) : scorecardText(printable(card)));
}
