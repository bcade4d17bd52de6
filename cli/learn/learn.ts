import { ClickHouseHistory } from '#libs/access-store/history/clickhouse-history.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { readStoredLists } from '#libs/access-store/contract/lists.js';
import { frameBytesMax, habitsTopic } from '#libs/contracts/topics.js';
import { habitRulesOf } from '#libs/detection/rule/rule.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import { openEventLog } from '#libs/event-log/open.js';
import type { EventLog } from '#libs/event-log/port.js';
import { lineOf, recordOfDay } from '#libs/habits/habit-rows.js';
import type { AccountDay } from '#libs/habits/seams.js';
import { ConfigError } from '#libs/runtime/config.js';
import { Health } from '#libs/runtime/health.js';
import { createLog } from '#libs/runtime/log.js';
import { systemRandom } from '#libs/runtime/random.js';
import { StoredRows } from '../backtest/row-source.js';
import type { BacktestTools } from '../backtest/run-backtest.js';
import { clickhouseUrl, type CommandConfig, readCommandConfig } from '../config.js';
import { RateProgress } from '../backtest/rate-progress.js';
import { withStore } from '../with-store.js';
import { KnownDays } from './known-days.js';
import { DayLearning } from './learn-days.js';

/** Times in milliseconds. */
export interface LearnOptions {
  readonly from: number;
  readonly to: number;
  readonly group?: string;
}

export interface LearnTools extends BacktestTools {
  readonly stdout: NodeJS.WritableStream;
}

/** What of the store becomes days, and where they go. */
export interface LearnPlace {
  readonly rows: AsyncIterable<Buffer>;
  readonly log: EventLog;
  readonly learning: DayLearning;
  readonly toMs: number;
  readonly known: KnownDays;
}

/** `vigie learn`: days of history from the store, for the habits of all scorers. Throws `ConfigError` for nonsense and rules without habits. */
export async function learnCommand(
  options: LearnOptions,
  tools: LearnTools,
  config: CommandConfig = readCommandConfig(),
): Promise<void> {
  const { from: fromMs, to: toMs, group: groupId } = options;
  if (fromMs >= toMs) throw new ConfigError('--from must lie before --to');
  await withStore(config, async (client) => {
    const { rules } = await requireRules(config, await readStoredLists(new ClickHouseLists(client)));
    if (habitRulesOf(rules).length === 0) throw new ConfigError('no rule asks for habits: there is nothing to learn');
    const log = await openEventLog(config, {
      name: 'learn',
      topics: [habitsTopic],
      clock: tools.clock,
      logger: createLog('learn', 'warn'),
      health: new Health(),
      signal: tools.signal,
    });
    try {
      const source = new StoredRows(`ClickHouse at ${clickhouseUrl(config)}`, new ClickHouseHistory(client), {
        fromMs,
        toMs,
        groupId,
        actorId: undefined,
        outline: undefined,
      });
      const known = await KnownDays.read(log, `vigie-scorer.learn-${Math.floor(systemRandom() * 2 ** 48).toString(16)}`);
      const learning = new DayLearning({
        rules,
        quietMs: config.VIGIE_QUIET_HOURS * 3_600_000,
        allowedLatenessMs: config.VIGIE_ALLOWED_LATENESS_MINUTES * 60_000,
        falseIncidentsPerWeek: config.VIGIE_FALSE_INCIDENTS_PER_WEEK,
        zone: config.VIGIE_ZONE,
      });
      const outcome = await learnDays({ rows: rowsOf(source, tools), log, learning, toMs, known });
      tools.stdout.write(learnedText(outcome));
    } finally {
      await log.close();
    }
  });
}

export interface LearnOutcome {
  readonly published: number;
  /** Days that scorers had said themselves. */
  readonly known: number;
  readonly accounts: number;
  readonly told: number;
}

/** Appends the days that accesses come to, those of days that nobody has said yet. */
export async function learnDays({ rows, log, learning, toMs, known }: LearnPlace): Promise<LearnOutcome> {
  const accounts = new Set<string>();
  const figures = { published: 0, known: 0, told: 0 };
  const publish = async (days: readonly AccountDay[]) => {
    const fresh = days.filter((day) => !known.isKnown(day));
    figures.known += days.length - fresh.length;
    figures.published += fresh.length;
    for (const { groupId, subject, key, told } of fresh) {
      accounts.add(`${subject} ${groupId} ${key}`);
      if (told) figures.told += 1;
    }
    for (const bytes of framesOf(fresh)) await log.append({ topic: habitsTopic, partition: 0 }, bytes);
  };
  for await (const bytes of rows) await publish(learning.take(bytes));
  await publish(learning.finish(toMs));
  return { ...figures, accounts: accounts.size };
}

async function* rowsOf(source: StoredRows, { clock, stderr, signal }: BacktestTools): AsyncGenerator<Buffer> {
  const progress = new RateProgress(stderr, clock, await source.count(), 'rows');
  let rows = 0;
  for await (const { bytes } of source.frames()) {
    signal.throwIfAborted();
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    yield buffer;
    for (let at = buffer.indexOf(0x0a); at >= 0; at = buffer.indexOf(0x0a, at + 1)) rows += 1;
    progress.show(rows);
  }
  progress.end();
}

function* framesOf(days: readonly AccountDay[]): Generator<Buffer> {
  let lines: string[] = [];
  let length = 0;
  for (const day of days) {
    const line = lineOf(recordOfDay(day));
    if (length + line.length > frameBytesMax && lines.length > 0) {
      yield Buffer.from(lines.join(''));
      lines = [];
      length = 0;
    }
    lines.push(line);
    length += line.length;
  }
  if (lines.length > 0) yield Buffer.from(lines.join(''));
}

function learnedText({ published, known, accounts, told }: LearnOutcome): string {
  const lines = [
    `${published} days of ${accounts} accounts and other subjects are handed to the scorers; ${told} of them would have been told, and are learned only once somebody calls them honest`,
    ...(known > 0 ? [`${known} days were known already: scorers have said what they came to`] : []),
    'they count from the next day on whose thresholds are made',
  ];
  return `${lines.join('\n')}\n`;
}
