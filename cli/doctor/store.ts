import { begunErasures } from '#libs/access-store/erasure/records/records.js';
import {
  inspectStore,
  mayChangeRows,
  missingRights,
  newestBackup,
  programsThatFire,
} from '#libs/access-store/inspect/inspect-store.js';
import type { ReadingService } from '#libs/access-store/inspect/rights.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { closedClinicsList } from '#libs/contracts/list-entry.js';
import type { Clock } from '#libs/runtime/clock.js';
import { messageOf } from '#libs/runtime/outcome.js';
import type { StoreClient } from '../with-store.js';
import { advice, type Finding, fine, wrong } from './finding.js';
import type { ListFacts } from './lists.js';

/** A clock that is off by more moves deadlines and late accesses, milliseconds. */
const skewMsMax = 2_000;

/** The oldest release on whose engine tables and lists were tried; on 24.8 the patients of a case cannot be counted. */
const oldestTried = { year: 25, month: 8 };

export interface StoreSurroundings {
  readonly clock: Clock;
  readonly services: readonly ReadingService[];
  /** Whether it is a server of its own, with users and rights. */
  readonly isServer: boolean;
}

/** Whether the store has the tables of this version, goes by the same clock, and lets the services do their work and no more. */
export async function storeFindings(
  client: StoreClient,
  { clock, services, isServer }: StoreSurroundings,
): Promise<readonly Finding[]> {
  const before = clock.now();
  const { version, user, nowMs, missing } = await inspectStore(client, isServer);
  const skewMs = nowMs - (before + clock.now()) / 2;
  const behind = missing !== undefined && missing.length > 0;
  const found = [
    missing === undefined
      ? wrong(
          'store',
          `${user} may not see which migrations ClickHouse has`,
          'apply deploy/clickhouse/access.sql anew as an administrator, or ask as another user',
        )
      : behind
        ? wrong(
            'store',
            `ClickHouse lacks ${missing.length} migration(s): ${missing[0]}${missing.length > 1 ? ` to ${missing.at(-1)}` : ''}`,
            'vigie migrate, before the services of this version start',
          )
        : fine('store', `ClickHouse ${version} has every table`),
    Math.abs(skewMs) > skewMsMax
      ? wrong(
          'clock',
          `this machine's clock is ${(Math.abs(skewMs) / 1000).toFixed(1)} s ${skewMs > 0 ? 'behind' : 'ahead of'} ClickHouse's`,
          'set both by one time server (chrony, systemd-timesyncd)',
        )
      : fine('clock', 'this machine and ClickHouse have the same time'),
  ];
  found.push(...releaseFindings(version));
  if (behind) return found;
  return [...found, ...(await erasureFindings(client)), ...(isServer ? await rightFindings(client, user, services) : [])];
}

/** Of a version as the server says it, `25.8.2.1`. */
export function releaseFindings(version: string): readonly Finding[] {
  const [year = 0, month = 0] = version.split('.').map(Number);
  if (year > oldestTried.year || (year === oldestTried.year && month >= oldestTried.month)) return [];
  return [
    advice(
      'store',
      `ClickHouse ${version} is older than ${oldestTried.year}.${oldestTried.month}, the oldest on which Vigie was tried: some questions about cases may end in an error`,
      'upgrade the server to a release that is still maintained',
    ),
  ];
}

const ofWhom = { patient: 'a patient', account: 'an account', group: 'a group' } as const;

/** Whoever broke an erasure off knows it; whoever comes after would take figures and lists of incidents for what they are not yet. */
async function erasureFindings(client: StoreClient): Promise<readonly Finding[]> {
  const begun = await begunErasures(client).catch(() => []);
  return begun.map(({ erasure_id, kind, group_id, begun_at, by }) =>
    advice(
      'store',
      `erasure ${erasure_id} of ${ofWhom[kind]}${group_id && ` (${group_id})`}, ordered by ${by}, was begun at ${begun_at} and is not done: rows are still there, or figures of incidents are those of before`,
      'unless it still runs, run vigie erase again with the same --patient, --group, --account, which goes on where it was',
    ),
  );
}

async function rightFindings(
  client: StoreClient,
  user: string,
  services: readonly ReadingService[],
): Promise<readonly Finding[]> {
  const whose = services.join(', ');
  let missing: readonly string[];
  let changes: boolean;
  try {
    missing = await missingRights(client, services);
    changes = await mayChangeRows(client);
  } catch (cause) {
    // The embedded ClickHouse answers nothing of the kind, and has no rights to give.
    return [
      advice(
        'store',
        `the rights of ${user} cannot be asked for: ${messageOf(cause)}`,
        'a ClickHouse server of 24.11 or newer answers CHECK GRANT; on the embedded one there is nothing to do',
      ),
    ];
  }
  return [
    missing.length
      ? wrong(
          'store',
          `${user} may not do the work of ${whose}: it lacks ${missing.join('; ')}`,
          'apply deploy/clickhouse/access.sql anew as an administrator, or use the user that it makes for each service',
        )
      : fine('store', `${user} may do the work of ${whose}`),
    ...(changes
      ? [
          advice(
            'store',
            `${user} may also change and delete what is stored: evidence could be rewritten`,
            'give each service its user of deploy/clickhouse/access.sql',
          ),
        ]
      : []),
  ];
}

/** How many values the tables give each list, and the accounts of programs that fire. */
export async function storedLists(
  client: StoreClient,
  nowMs: number,
): Promise<{ readonly sizes: ReadonlyMap<string, number>; readonly firing: ListFacts['firing'] }> {
  const lists = new ClickHouseLists(client);
  const sizes = new Map<string, number>();
  const count = (name: string) => sizes.set(name, (sizes.get(name) ?? 0) + 1);
  for (const { list_name } of await lists.entries()) count(list_name);
  for (const { closed_at } of await lists.clinics()) if (closed_at !== null) count(closedClinicsList);
  return { sizes, firing: await programsThatFire(client, nowMs) };
}

/** When the server's newest backup ended; `none` where it knows of none, undefined where its user may not see. */
export async function storedBackup(client: StoreClient): Promise<number | 'none' | undefined> {
  try {
    return (await newestBackup(client)) ?? 'none';
  } catch {
    return undefined;
  }
}
