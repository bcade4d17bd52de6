import { ClickHouseHistory } from '#libs/access-store/history/clickhouse-history.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { readStoredLists } from '#libs/access-store/contract/lists.js';
import { toldIncidents } from '#libs/access-store/incidents/told-incidents.js';
import { type BacktestIncident, type BacktestOptions, warmUpFrom } from '#libs/detection/history/backtest.js';
import { disorderMsMax } from '#libs/detection/history/history-judge.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import type { ValueLists } from '#libs/detection/rules/load/lists.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import { printableLines } from '#libs/contracts/visible-text.js';
import { ConfigError } from '#libs/runtime/config.js';
import { clickhouseUrl, type CommandConfig, readCommandConfig } from '../config.js';
import { type StoreClient, withStore } from '../with-store.js';
import type { BacktestCommandOptions } from './command.js';
import { BadLines } from './files/bad-lines.js';
import type { RowFilter } from './files/row-block.js';
import { RowFiles } from './files/row-files.js';
import { count } from './rate-progress.js';
import { reportText } from './report.js';
import { type RowSource, StoredRows } from './row-source.js';
import { type BacktestTools, runBacktest } from './run-backtest.js';

export interface BacktestCommandTools extends BacktestTools {
  readonly stdout: NodeJS.WritableStream;
}

/** Where rows, lists and what was told come from. */
interface Place {
  /** Values of `%lists%` besides those of files. */
  readonly lists: ValueLists | undefined;
  readonly told: (filter: RowFilter) => Promise<readonly BacktestIncident[]>;
  readonly open: (filter: RowFilter, disorderMs: number, bad: BadLines) => RowSource;
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
  const { from: fromMs, to: toMs, group: groupId, actor: actorId } = options;
  const baseline = options.baseline ?? (options.files ? config.VIGIE_RULES_DIR : '');
  const rulesOf = async (folder: string): Promise<readonly Rule[]> =>
    (await requireRules({ ...config, VIGIE_RULES_DIR: folder }, place.lists)).rules;
  const rules = await rulesOf(options.rules);
  const present = baseline ? await rulesOf(baseline) : undefined;
  const all = [...rules, ...(present ?? [])];
  const quietMs = (options.quietHours ?? config.VIGIE_QUIET_HOURS) * 3_600_000;
  const allowedLatenessMs = config.VIGIE_ALLOWED_LATENESS_MINUTES * 60_000;
  const { fromMs: earliestMs, outline } = warmUpFrom(fromMs, all, quietMs);
  const readFromMs = Math.max(0, earliestMs);
  const judged: BacktestOptions = { rules, ...(present && { baseline: present }), fromMs, toMs, quietMs, allowedLatenessMs };
  const bad = new BadLines();
  const source = place.open({ fromMs: readFromMs, toMs, groupId, actorId, outline }, disorderMsMax(all, allowedLatenessMs), bad);
  const told = () => place.told({ fromMs, toMs, groupId, actorId });
  const startedAt = tools.clock.monotonic();
  const { result, rows } = await runBacktest({ options: judged, source, bad, told }, tools);
  const seconds = (tools.clock.monotonic() - startedAt) / 1000;
  const report = {
    result, rulesFolder: options.rules, rules: rules.length, baseline, source: source.name, fromMs, toMs, readFromMs: Math.max(readFromMs, outline?.toMs ?? 0), rows, badLines: bad.count,
    seconds,
  }; // prettier-ignore
  tools.stdout.write(reportText(report, options.format));
  for (const line of bad.told()) tools.stderr.write(`${printableLines(line)}\n`);
  if (bad.count > 0) tools.stderr.write(`${count(bad.count)} line(s) could not be used\n`);
  if (rows === 0) throw new Error(nothingThere(source.name, bad.count));
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

async function placeOfStore(client: StoreClient, url: string): Promise<Place> {
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
