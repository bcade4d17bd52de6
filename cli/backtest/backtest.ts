import { ClickHouseHistory } from '#libs/access-store/history/clickhouse-history.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { readStoredLists } from '#libs/access-store/contract/lists.js';
import { toldIncidents } from '#libs/access-store/incidents/told-incidents.js';
import { habitRulesOf, type Rule } from '#libs/detection/rule/rule.js';
import type { ValueLists } from '#libs/detection/rules/load/lists.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import { printableLines } from '#libs/contracts/visible-text.js';
import { ConfigError } from '#libs/runtime/config.js';
import { clickhouseUrl, type CommandConfig, readCommandConfig } from '../config.js';
import { type StoreClient, withStore } from '../with-store.js';
import type { BacktestCommandOptions } from './command.js';
import { RowFiles } from './files/row-files.js';
import { type JudgedPlace, judgeInterval } from './judge-interval.js';
import { count } from './rate-progress.js';
import { reportText } from './report.js';
import { StoredRows } from './row-source.js';
import type { BacktestTools } from './run-backtest.js';

export interface BacktestCommandTools extends BacktestTools {
  readonly stdout: NodeJS.WritableStream;
}

/** Where rows, lists and what was told come from. */
interface Place extends JudgedPlace {
  /** Values of `%lists%` besides those of files. */
  readonly lists: ValueLists | undefined;
}

/** `vigie backtest`. Throws `ConfigError` for wrong options and mistakes in rules. */
export async function backtestCommand(
  options: BacktestCommandOptions,
  tools: BacktestCommandTools,
  config: CommandConfig = readCommandConfig(),
): Promise<void> {
  refuseNonsense(options);
  const { files } = options;
  if (files) return backtest(options, tools, config, placeOfFiles(files));
  // Mistakes that need no store are told without one.
  await requireRules({ ...config, VIGIE_RULES_DIR: options.rules });
  await withStore(config, async (client) => backtest(options, tools, config, await placeOfStore(client, clickhouseUrl(config))));
}

async function backtest(options: BacktestCommandOptions, tools: BacktestCommandTools, config: CommandConfig, place: Place) {
  const { from: fromMs, to: toMs, group: groupId, actor: actorId, budget, quietHours } = options;
  const baseline = options.baseline ?? (options.files ? config.VIGIE_RULES_DIR : '');
  const rulesOf = async (folder: string): Promise<readonly Rule[]> =>
    (await requireRules({ ...config, VIGIE_RULES_DIR: folder }, place.lists)).rules;
  const rules = await rulesOf(options.rules);
  const present = baseline ? await rulesOf(baseline) : undefined;
  const judged = await judgeInterval(
    { rules, present, fromMs, toMs, groupId, actorId, budget, quietHours },
    place,
    config,
    tools,
  );
  const { bad, rows, source } = judged;
  const { VIGIE_FALSE_INCIDENTS_PER_WEEK: inUse } = config;
  const budgets = habitRulesOf(rules).length > 0 ? { tried: budget ?? inUse, present: inUse } : undefined;
  const report = {
    ...judged,
    budgets,
    rulesFolder: options.rules,
    rules: rules.length,
    baseline,
    fromMs,
    toMs,
    badLines: bad.count,
  };
  tools.stdout.write(reportText(report, options.format));
  for (const line of bad.told()) tools.stderr.write(`${printableLines(line)}\n`);
  if (bad.count > 0) tools.stderr.write(`${count(bad.count)} line(s) could not be used\n`);
  if (rows === 0) throw new Error(nothingThere(source, bad.count));
}

function refuseNonsense({ from, to, group, actor }: BacktestCommandOptions): void {
  if (from >= to) throw new ConfigError('--from must lie before --to');
  if (actor !== undefined && group === undefined)
    throw new ConfigError('--actor needs --group: an account of the same name in another group is another account');
}

function placeOfFiles(paths: readonly string[]): Place {
  return {
    lists: undefined,
    told: async () => [],
    open: (filter, disorderMs, bad) => new RowFiles(paths, filter, disorderMs, bad),
  };
}

/** Everything from ClickHouse; `url` is for people. */
export async function placeOfStore(client: StoreClient, url: string): Promise<Place> {
  return {
    lists: await readStoredLists(new ClickHouseLists(client)),
    told: (filter) => toldIncidents(client, filter),
    open: (filter) => new StoredRows(`ClickHouse at ${url}`, new ClickHouseHistory(client), filter),
  };
}

function nothingThere(source: string, badLines: number): string {
  return badLines > 0
    ? `no line of ${source} could be used`
    : `${source} holds no access of this interval: see --from, --to, --group and --actor`;
}
