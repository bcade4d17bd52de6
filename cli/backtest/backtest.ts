import { ClickHouseHistory } from '#libs/access-store/clickhouse-history.js';
import { createStoreClient } from '#libs/access-store/client.js';
import { toldIncidents } from '#libs/access-store/told-incidents.js';
import { type BacktestOptions, warmUpMs } from '#libs/detection/backtest.js';
import { disorderMsMax } from '#libs/detection/history-judge.js';
import type { Rule } from '#libs/detection/rule.js';
import { requireRules } from '#libs/detection/rules/require-rules.js';
import { ConfigError } from '#libs/runtime/config.js';
import { clickhouseUrl, type CommandConfig, readCommandConfig } from '../config.js';
import type { BacktestCommandOptions } from './command.js';
import { BadLines } from './files/bad-lines.js';
import type { RowFilter } from './files/row-block.js';
import { RowFiles } from './files/row-files.js';
import { count } from './rate-progress.js';
import { type BacktestReport, reportText } from './report.js';
import { StoredRows } from './row-source.js';
import { type BacktestRun, type BacktestTools, runBacktest } from './run-backtest.js';

export interface BacktestCommandTools extends BacktestTools {
  readonly stdout: NodeJS.WritableStream;
}

/** `vigie backtest`. Throws `ConfigError` for wrong options and mistakes in rules. */
export async function backtestCommand(
  options: BacktestCommandOptions,
  tools: BacktestCommandTools,
  config: CommandConfig = readCommandConfig(),
): Promise<void> {
  refuseNonsense(options);
  const baseline = options.baseline ?? (options.files ? config.VIGIE_RULES_DIR : '');
  const rules = await rulesOf(options.rules, config);
  const present = baseline ? await rulesOf(baseline, config) : undefined;
  const quietMs = (options.quietHours ?? config.VIGIE_QUIET_HOURS) * 3_600_000;
  const { from: fromMs, to: toMs } = options;
  const judged: BacktestOptions = {
    rules,
    ...(present && { baseline: present }),
    fromMs,
    toMs,
    quietMs,
    allowedLatenessMs: config.VIGIE_ALLOWED_LATENESS_MINUTES * 60_000,
  };
  const readFromMs = Math.max(0, fromMs - warmUpMs([...rules, ...(present ?? [])], quietMs));
  const filter = { fromMs: readFromMs, toMs, groupId: options.group, actorId: options.actor };
  const startedAt = tools.clock.monotonic();
  await using place = options.files ? filesOf(options.files, judged, filter) : storeOf(config, judged, filter);
  const { result, rows } = await runBacktest(place.run, tools);
  const seconds = (tools.clock.monotonic() - startedAt) / 1000;
  const { source, bad } = place.run;
  const report: BacktestReport = {
    result, rulesFolder: options.rules, rules: rules.length, baseline, source: source.name, fromMs, toMs, readFromMs, rows,
    badLines: bad.count, seconds,
  }; // prettier-ignore
  tools.stdout.write(reportText(report, options.format));
  for (const line of bad.told()) tools.stderr.write(`${line}\n`);
  if (bad.count > 0) tools.stderr.write(`${count(bad.count)} line(s) could not be used\n`);
  if (rows === 0) throw new Error(nothingThere(source.name, bad.count));
}

function refuseNonsense({ from, to, group, actor }: BacktestCommandOptions): void {
  if (from >= to) throw new ConfigError('--from must lie before --to');
  if (actor !== undefined && group === undefined)
    throw new ConfigError('--actor needs --group: an account of the same name in another group is another account');
}

async function rulesOf(folder: string, config: CommandConfig): Promise<readonly Rule[]> {
  return (await requireRules({ ...config, VIGIE_RULES_DIR: folder })).rules;
}

interface Place extends AsyncDisposable {
  readonly run: BacktestRun;
}

function filesOf(paths: readonly string[], options: BacktestOptions, filter: RowFilter): Place {
  const source = new RowFiles(
    paths,
    filter,
    disorderMsMax([...options.rules, ...(options.baseline ?? [])], options.allowedLatenessMs),
  );
  return { run: { options, source, bad: source.bad, told: async () => [] }, [Symbol.asyncDispose]: async () => {} };
}

function storeOf(config: CommandConfig, options: BacktestOptions, filter: RowFilter): Place {
  const url = clickhouseUrl(config);
  const client = createStoreClient({ url, user: config.CLICKHOUSE_USER, password: config.CLICKHOUSE_PASSWORD });
  const source = new StoredRows(`ClickHouse at ${url}`, new ClickHouseHistory(client), filter);
  const { fromMs, toMs } = options;
  const told = () => toldIncidents(client, { fromMs, toMs, groupId: filter.groupId, actorId: filter.actorId });
  return { run: { options, source, bad: new BadLines(), told }, [Symbol.asyncDispose]: () => client.close() };
}

function nothingThere(source: string, badLines: number): string {
  return badLines > 0
    ? `no line of ${source} could be used`
    : `${source} holds no access of this interval: see --from, --to, --group and --actor`;
}
