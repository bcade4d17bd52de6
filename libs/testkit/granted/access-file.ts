// granted/: ClickHouse and Kafka as deploy/ gives them out, each service and task with its own name and rights and no others.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrationOf } from '#libs/access-store/tables/migrate.js';
import { projectRoot } from '#libs/runtime/paths.js';

const { statements } = migrationOf('0000_access.sql', readFileSync(join(projectRoot, 'deploy/clickhouse/access.sql'), 'utf8'));
const made = statements.map((statement) => statement.replaceAll(/^--.*\n/gm, '').trim());

export interface Access {
  /** As the file says them, without those to whom. */
  readonly grants: readonly string[];
  /** What a user sees of each table that has policies: nothing where no policy is for it. */
  readonly filters: ReadonlyMap<string, string>;
  /** `name = value` with `MIN`, `MAX` or `CONST` behind it. */
  readonly settings: readonly string[];
}

/** Users of `access.sql`, in its order. */
export const accessUsers: readonly string[] = made.flatMap((one) => /^CREATE USER IF NOT EXISTS (\w+)/.exec(one)?.[1] ?? []);

/** What `access.sql` gives a user, by its roles and the roles that these have in turn. Throws for one that it does not make. */
export function accessOf(user: string): Access {
  const text = made.find((one) => one.startsWith(`CREATE USER IF NOT EXISTS ${user} `));
  if (text === undefined) throw new Error(`deploy/clickhouse/access.sql makes no user ${user}`);
  const roles = rolesFrom(/DEFAULT ROLE ([\w, ]+?)(?: SETTINGS|$)/.exec(text)?.[1]?.split(', ') ?? []);
  const held = new Set([...roles, user]);
  const filters = new Map<string, string>();
  for (const one of made) {
    const [, table = '', using = '', to = ''] =
      /^CREATE ROW POLICY IF NOT EXISTS \w+ ON vigie\.(\w+) USING (.+) TO (.+)$/s.exec(one) ?? [];
    if (table === '') continue;
    const before = filters.get(table) ?? '0';
    filters.set(table, to.split(', ').some((role) => held.has(role)) ? `${before} OR (${using})` : before);
  }
  const profile = /SETTINGS PROFILE '(\w+)'/.exec(text)?.[1];
  const settings = made.flatMap(
    (one) =>
      new RegExp(`^CREATE SETTINGS PROFILE IF NOT EXISTS ${profile} SETTINGS (.+)$`, 's').exec(one)?.[1]?.split(', ') ?? [],
  );
  return { grants: grantsTo(held), filters, settings };
}

function rolesFrom(first: readonly string[]): ReadonlySet<string> {
  const roles = new Set<string>();
  const waiting = [...first];
  for (let role = waiting.pop(); role !== undefined; role = waiting.pop()) {
    roles.add(role);
    for (const one of made) {
      const [, given = '', to] = /^GRANT ([a-z_, ]+) TO (\w+)$/.exec(one) ?? [];
      if (to === role) waiting.push(...given.split(', '));
    }
  }
  return roles;
}

function grantsTo(roles: ReadonlySet<string>): readonly string[] {
  return made.flatMap((statement) =>
    [...statement.matchAll(/^GRANT (.+ ON .+) TO (\w+)$/gm)].flatMap(([, rights, role = '']) =>
      roles.has(role) ? [`GRANT ${rights}`] : [],
    ),
  );
}
