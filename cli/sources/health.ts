import { printable } from '#libs/contracts/visible-text.js';
import { type SourceHealth, sourceHealth } from '#libs/access-store/sources/source-health.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import { systemClock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { type CommandConfig, readCommandConfig } from '../config.js';
import { alignedRows } from '../table.js';
import { withStore } from '../with-store.js';
import { gapsOf } from './gaps.js';

export interface HealthOptions {
  readonly group?: string;
  readonly format: 'table' | 'json';
}

const headings = [
  'SOURCE',
  'STATE',
  'LAST RECEIVED',
  'HOUR',
  'HABIT',
  'DAY',
  'NO PATIENT',
  'NO HUMAN',
  'AHEAD',
  'DELAY',
  'SET ASIDE',
];

/** `vigie sources`: how each feed is, by what is stored of it. Ends with 1 where one is thin or silent. */
export async function sourcesCommand({ group, format }: HealthOptions): Promise<void> {
  const config = readCommandConfig();
  const health = await withStore(config, (client) => sourceHealth(client, systemClock.now(), group));
  process.stdout.write(format === 'json' ? `${JSON.stringify(health, undefined, 2)}\n` : tableOf(health));
  if (format === 'table') process.stdout.write(await gapsText(health, config));
  if (health.some(({ state }) => state !== 'ok')) process.exitCode = 1;
}

async function gapsText(health: readonly SourceHealth[], config: CommandConfig): Promise<string> {
  const gaps = gapsOf(health, await rulesInUse(config));
  const lines = gaps.flatMap(({ says, todo }) => printable([says, `  -> ${todo}`]));
  return lines.length ? `\n${lines.join('\n')}\n` : '';
}

/** None where they have mistakes, which others tell. */
export async function rulesInUse(config: CommandConfig): Promise<readonly Rule[]> {
  try {
    return (await requireRules(config)).rules;
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    return [];
  }
}

/** A line for each source. Shares are of the events of the last day. */
export function tableOf(health: readonly SourceHealth[]): string {
  if (!health.length) return 'nothing has been stored within the last four weeks\n';
  return `${alignedRows([headings, ...health.map(cellsOf)]).join('\n')}\n`;
}

function cellsOf(one: SourceHealth): readonly string[] {
  const share = (events: number) => (one.events_day ? `${Math.round((100 * events) / one.events_day)} %` : '-');
  const reasons = Object.entries(one.set_aside).map(([reason, records]) => `${reason} ${records}`);
  return printable([
    `${one.source}@${one.group_id}`,
    one.state,
    one.last_received ?? 'not today',
    String(one.events_hour),
    one.habit_hour.toFixed(0),
    String(one.events_day),
    share(one.without_patient),
    share(one.without_human),
    String(one.dated_ahead),
    one.events_day ? `${one.delay_seconds.toFixed(1)} s` : '-',
    reasons.join(', ') || '-',
  ]);
}
