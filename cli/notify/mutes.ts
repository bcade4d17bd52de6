import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { ClickHouseMutes } from '#libs/access-store/lists/clickhouse-mutes.js';
import { muteMsMax, type MuteRow, muteRow } from '#libs/contracts/mute-row.js';
import { printable } from '#libs/contracts/visible-text.js';
import { spanOf } from '#libs/routing/mute.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { readCommandConfig } from '../config.js';
import { alignedRows } from '../table.js';
import { withStore } from '../with-store.js';

export interface MuteOptions {
  readonly group: string;
  readonly until: number;
  readonly owner: string;
  readonly reason: string;
  readonly from?: number;
  readonly actor?: string;
  readonly clinic?: string;
  readonly rule?: string;
  readonly levelMax?: string;
  readonly critical?: true;
}

const shownMs = 30 * 24 * 3_600_000;

/** The row that the options mean, at an instant in milliseconds. Throws `ConfigError`. */
export function muteOf(
  options: MuteOptions,
  { now, id, by }: { readonly now: number; readonly id: string; readonly by: string },
): MuteRow {
  const {
    group,
    until,
    owner,
    reason,
    from = now,
    actor = '',
    clinic = '',
    rule = '',
    levelMax = '',
    critical = false,
  } = options;
  if (until <= from) throw new ConfigError('--until must be after --from');
  if (until <= now) throw new ConfigError('--until is over already');
  if (until - from > muteMsMax)
    throw new ConfigError(
      'a mute lasts seven days at most; what is known to be right for longer is an exception of a rule (docs/rules.md)',
    );
  const parsed = muteRow.safeParse({
    mute_id: id,
    group_id: group,
    actor_id: actor,
    clinic_id: clinic,
    rule_id: rule,
    level_max: levelMax,
    starts_at: isoOf(from),
    ends_at: isoOf(until),
    owner: owner.trim(),
    reason: reason.trim(),
    covers_critical: critical,
    created_by: by,
    created_at: isoOf(now),
    removed: false,
    updated_at: isoOf(now),
  });
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    `the mute has mistakes:\n  ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n  ')}`,
  );
}

/** `vigie mutes add` */
export async function addMute(options: MuteOptions): Promise<void> {
  const mute = muteOf(options, { now: systemClock.now(), id: randomBytes(16).toString('hex'), by: userInfo().username });
  await withStore(readCommandConfig(), (client) => new ClickHouseMutes(client).put(mute));
  process.stdout.write(`${mute.mute_id} until ${mute.ends_at}; notifiers follow within seconds\n`);
}

/** `vigie mutes list` */
export async function listMutes({ all = false }: { readonly all?: boolean }): Promise<void> {
  const now = systemClock.now();
  const mutes = await withStore(readCommandConfig(), (client) => new ClickHouseMutes(client).endingAfter(isoOf(now - shownMs)));
  const shown = mutes.filter((mute) => all || spanOf(mute).until > now);
  const rows = shown.map((mute) => {
    const { mute_id, group_id, actor_id, clinic_id, rule_id, level_max, owner, reason } = mute;
    const { from, until } = spanOf(mute);
    const what = [
      actor_id && `account ${actor_id}`,
      clinic_id && `clinic ${clinic_id}`,
      rule_id && `rule ${rule_id}`,
      level_max && `up to ${level_max}`,
      mute.covers_critical && 'critical too',
    ]
      .filter(Boolean)
      .join(', ');
    return [
      mute_id.slice(0, 8),
      group_id,
      isoOf(from),
      isoOf(until),
      until <= now ? 'over' : from > now ? 'later' : 'runs',
      what || 'all',
      owner,
      reason,
    ];
  });
  if (rows.length > 0)
    process.stdout.write(
      `${alignedRows([['MUTE', 'GROUP', 'FROM', 'UNTIL', '', 'WHAT', 'OWNER', 'REASON'], ...rows.map((row) => printable(row))]).join('\n')}\n`,
    );
  process.stderr.write(`${rows.length} mute(s)\n`);
}

/** `vigie mutes remove` */
export async function removeMute(prefix: string): Promise<void> {
  const now = systemClock.now();
  await withStore(readCommandConfig(), async (client) => {
    const mutes = new ClickHouseMutes(client);
    const found = (await mutes.endingAfter(isoOf(now))).filter(({ mute_id, removed }) => mute_id.startsWith(prefix) && !removed);
    const [mute] = found;
    if (!mute || found.length > 1)
      throw new ConfigError(
        `${found.length} mutes that are not over have an id that begins with ${printable(prefix)}; see vigie mutes list`,
      );
    await mutes.put({ ...mute, removed: true, updated_at: isoOf(now) });
    process.stdout.write(`${mute.mute_id} ended; what is still new is told\n`);
  });
}
