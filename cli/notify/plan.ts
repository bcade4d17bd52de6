import { ClickHouseControllers } from '#libs/access-store/lists/clickhouse-controllers.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { ClickHouseMutes } from '#libs/access-store/lists/clickhouse-mutes.js';
import { ControllerRegister } from '#libs/case-log/controller-register.js';
import { standardPolicy } from '#libs/cases/policy.js';
import { printable } from '#libs/contracts/visible-text.js';
import { ageMsMax } from '#libs/routing/due.js';
import { lengthsOfFile } from '#libs/dossier/shipped.js';
import { planOfGroup } from '#libs/routing/group-plan.js';
import type { Send } from '#libs/routing/send.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { silentLog } from '#libs/runtime/log.js';
import { storedCases } from '../case/stored-cases.js';
import { readCommandConfig } from '../config.js';
import { alignedRows } from '../table.js';
import { type StoreClient, withStore } from '../with-store.js';
import { routingOfEnvironment } from './routing.js';

const dayMs = 24 * 3_600_000;

/** `vigie notify check` */
export function checkRoutingCommand(): void {
  const { receivers, people, policies, routes } = routingOfEnvironment();
  process.stdout.write(
    `${counted(receivers.size, 'receiver')}, ${counted(people.size, 'person', 'people')}, ${counted(policies.size, 'policy', 'policies')}, ${counted(routes.length, 'route')}\n`,
  );
}

function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}

/** `vigie notify plan`: from what the archiver has stored, by the file and the mutes of this moment. */
export async function planCommand(prefix: string, { until }: { readonly until?: number }): Promise<void> {
  const routing = routingOfEnvironment();
  const now = systemClock.now();
  if (!/^[0-9a-f]{4,32}$/.test(prefix))
    throw new ConfigError('a case is named by its id, or by the first digits of it, four at least');
  const { book, mutes } = await withStore(readCommandConfig(), async (client) => ({
    book: await storedCases(client, prefix, { ...standardPolicy, controllers: await registerOf(client) }),
    mutes: await new ClickHouseMutes(client).endingAfter(isoOf(now - ageMsMax)),
  }));
  const ids = book.casesBeginning(prefix, now);
  const [id] = ids;
  if (id === undefined || ids.length > 1)
    throw new ConfigError(`${ids.length} cases have an id that begins with ${prefix}; see vigie case list`);
  const plan = planOfGroup(book, id, now, {
    routing,
    mutes,
    until: until ?? now + dayMs,
    lengths: lengthsOfFile(process.env['VIGIE_DEADLINES_FILE']),
  });
  const rows = plan.sends
    .filter(({ at, case_id, kind }) => at <= (until ?? now + dayMs) && (case_id === id || kind === 'muted_end'))
    .map((send) => rowOf(send, now));
  if (rows.length > 0)
    process.stdout.write(
      `${alignedRows([['DUE', 'KIND', 'RECEIVER', 'POLICY', 'STEP', 'ROUND', 'SEND', ''], ...rows.map((row) => printable(row))]).join('\n')}\n`,
    );
  for (const { schedule, at } of plan.nobody)
    process.stderr.write(`nobody is on call by ${printable(schedule)} at ${isoOf(at)}; the next step is told at once\n`);
  process.stderr.write(`${rows.length} message(s); receivers that take nothing may make later steps come sooner\n`);
}

/** Who answers for clinics, by whom routes and clocks go, as the notifier knows it. */
async function registerOf(client: StoreClient): Promise<ControllerRegister> {
  const [clinics, nis2] = await Promise.all([new ClickHouseLists(client).clinics(), new ClickHouseControllers(client).nis2()]);
  const register = new ControllerRegister({
    clinics: async () => clinics,
    nis2: async () => nis2,
    clock: systemClock,
    log: silentLog,
  });
  await register.read();
  return register;
}

/** Steps and rounds are counted from one, as people are told them. */
function rowOf({ at, kind, receiver, policy, step, round, send_id, mutedBy, stoppedAt }: Send, now: number): readonly string[] {
  const state = mutedBy
    ? `muted by ${mutedBy}`
    : stoppedAt === undefined
      ? at > now
        ? 'to come'
        : ''
      : `needless since ${isoOf(stoppedAt)}`;
  const place = policy ? [policy, `${step + 1}`, `${round + 1}`] : ['', '', ''];
  return [isoOf(at), kind, receiver, ...place, send_id, state];
}
