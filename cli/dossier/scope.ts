import { DossierScopes } from '#libs/access-store/dossiers/dossier-scopes.js';
import { type LedgerCase, LedgerReader } from '#libs/access-store/dossiers/ledger-reader.js';
import { type DossierScope, dossierScope } from '#libs/contracts/dossier.js';
import { calendarTime, calendarTimeTaken } from '#libs/formats/calendar-time.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { readCommandConfig } from '../config.js';
import { withStore } from '../with-store.js';
import { caseFigures } from './figures.js';
import { groupOf, oneCase } from './one-case.js';

export interface ScopeOptions {
  readonly by: string;
  readonly reason: string;
  readonly from?: string;
  readonly to?: string;
  readonly accounts?: readonly string[];
  readonly sourceIp?: readonly string[];
  readonly device?: readonly string[];
  readonly session?: readonly string[];
  readonly application?: readonly string[];
}

/** `vigie dossier scope`: adds a version of what the dossier of a case looks at. Without any of the options it is the incidents' own again. */
export async function scopeCommand(prefix: string, options: ScopeOptions): Promise<void> {
  await withStore(readCommandConfig(), async (client) => {
    const found = await oneCase(new LedgerReader(client), prefix);
    const scope = await new DossierScopes(client).add(scopeOf(found, options, isoOf(systemClock.now())));
    const { of_incidents, of_scope, difference } = await caseFigures(client, found);
    process.stdout.write(
      `scope ${scope.version} of ${found.case_id}: ${of_scope.whole.patients} patients, the incidents have ` +
        `${of_incidents.whole.patients}: +${difference.added} -${difference.left_out}\n`,
    );
  });
}

/** Throws `ConfigError` when the options do not fit together. */
function scopeOf(found: LedgerCase, options: ScopeOptions, now: string): Omit<DossierScope, 'version'> {
  const { by, reason, from, to, accounts, sourceIp = [], device = [], session = [], application = [] } = options;
  const widened = from !== undefined || to !== undefined || accounts !== undefined;
  if (widened && (from === undefined || to === undefined))
    throw new ConfigError(
      'to take all accesses of accounts, give both --from and --to; --accounts are those of the incidents where left out',
    );
  const own = [...new Set(found.incidents.map(({ actor_id }) => actor_id))];
  const given = {
    group_id: groupOf(found),
    case_id: found.case_id,
    accounts: widened ? [...(accounts ?? own)] : [],
    from_time: timeOf('--from', from ?? now),
    to_time: timeOf('--to', to ?? now),
    source_ips: [...sourceIp],
    devices: [...device],
    session_ids: [...session],
    applications: [...application],
    author: by,
    reason,
    set_at: now,
  };
  const parsed = dossierScope.safeParse({ ...given, version: 1 });
  if (!parsed.success)
    throw new ConfigError(
      `the scope is not set: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`,
    );
  return given;
}

function timeOf(option: string, text: string): string {
  const time = calendarTime(text);
  if (time === undefined) throw new ConfigError(`${option} ${text.slice(0, 50)}: write ${calendarTimeTaken}`);
  return time;
}
