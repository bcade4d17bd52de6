import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client';
import { migrate, readMigrations } from './migrate.js';
import { storeForTests } from '../clickhouse/store.fixture.js';
import { databaseStatement, kindOfEngine, onOneNode, statementFor } from './table-engines.js';

const statements = readMigrations().flatMap(({ statements: own }) => own);
const bare = (statement: string) => statement.replaceAll(/^--.*\n/gm, '').trim();
const tables = statements.map(bare).filter((statement) => statement.startsWith('CREATE TABLE'));
const nameOf = (statement: string) => /vigie\.(\w+)/.exec(statement)?.[1] ?? statement;

describe('every table of every migration', () => {
  let client: ClickHouseClient;
  let end: () => Promise<void>;
  beforeAll(async () => {
    ({ client, end } = await storeForTests());
  });
  afterAll(() => end());

  it.each(tables.map((statement) => [nameOf(statement), statement] as const))(
    '%s is replicated, or shared, with the same columns, keys and recognition of repeated inserts',
    async (_, statement) => {
      const replicated = statementFor(statement, { kind: 'replicated' });
      const shared = statementFor(statement, { kind: 'shared' });
      const [, engine = ''] = /ENGINE = (\w+(?:\([\w, ]+\))?)/.exec(statement) ?? [];
      expect(engine).toMatch(/MergeTree/);
      expect(statementFor(statement, onOneNode)).toBe(statement);
      expect(replicated).toContain(`ENGINE = Replicated${engine}`);
      expect(shared).toContain(`ENGINE = Shared${engine}`);
      for (const text of [replicated, shared]) {
        expect(text).not.toContain('non_replicated');
        expect(/replicated_deduplication_window = (\d+), replicated_deduplication_window_seconds = 604800/.exec(text)?.[1]).toBe(
          /non_replicated_deduplication_window = (\d+)/.exec(statement)?.[1],
        );
        expect(beforeEngine(text)).toBe(beforeEngine(statement));
        expect(keysOf(text)).toEqual(keysOf(statement));
        expect(await parses(client, text)).toBe('');
      }
      expect(replicated).toContain('fsync_after_insert = 1');
      expect(shared).not.toContain('fsync');
    },
  );

  it('and nothing else is another for a cluster', () => {
    for (const kind of ['replicated', 'shared'] as const) {
      const others = statements.filter((statement) => !tables.includes(bare(statement)));
      expect(others.map((statement) => statementFor(statement, { kind }))).toEqual(others);
    }
  });

  it('is refused where the tables that are there are of another kind, and nothing is changed', async () => {
    await expect(migrate(client, readMigrations(), { kind: 'replicated', cluster: 'c' })).rejects.toThrow(
      /are kept as single \(ReplacingMergeTree\), not replicated: say --tables single/,
    );
    expect((await migrate(client)).applied).toEqual([]);
  });

  it('lies in a database that carries each statement to all replicas', async () => {
    expect(databaseStatement(onOneNode)).toBe('CREATE DATABASE IF NOT EXISTS vigie');
    const statement = databaseStatement({ kind: 'replicated', cluster: 'main' });
    expect(statement).toContain("ON CLUSTER 'main' ENGINE = Replicated('/clickhouse/databases/vigie', '{shard}', '{replica}')");
    expect(await parses(client, statement)).toBe('');
    expect(['MergeTree', 'ReplicatedMergeTree', 'SharedReplacingMergeTree'].map(kindOfEngine)).toEqual([
      'single',
      'replicated',
      'shared',
    ]);
  });
});

function beforeEngine(statement: string): string {
  return statement.slice(0, statement.indexOf('ENGINE ='));
}

function keysOf(statement: string): readonly string[] {
  return statement.match(/^(PARTITION BY|PRIMARY KEY|ORDER BY|TTL) .*$/gm) ?? [];
}

/** What the engine says against the syntax of a statement; it may not run it. */
async function parses(client: ClickHouseClient, statement: string): Promise<string> {
  try {
    await client
      .query({ query: 'SELECT formatQuery({statement:String})', query_params: { statement } })
      .then((answer) => answer.text());
    return '';
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/** Each statement comes first to a node where the one before is still on its way. */
const nodes = (code: string) => {
  const behind = new Set<string>();
  const made: string[] = [];
  const take = async (statement: string) => {
    if (behind.has(statement) || statement.startsWith('CREATE DATABASE')) return made.push(statement);
    behind.add(statement);
    throw new ClickHouseError({ message: 'Table vigie.access_rows does not exist', code, type: 'UNKNOWN_TABLE' });
  };
  const client = {
    query: async () => ({ text: async () => '' }),
    command: ({ query }: { readonly query: string }) => take(query),
    insert: ({ values }: { readonly values: unknown }) => take(JSON.stringify(values)),
  };
  return { made, client: client as unknown as ClickHouseClient };
};

describe('nodes that follow one another', () => {
  const clock = { sleep: () => Promise.resolve() };

  it('are waited for by each statement', async () => {
    for (const code of ['60', '517']) {
      const { made, client } = nodes(code);
      const { applied } = await migrate(client, readMigrations(), { kind: 'replicated', cluster: 'c' }, clock);
      expect(applied).toEqual(readMigrations().map(({ name }) => name));
      expect(made.length).toBeGreaterThan(statements.length);
    }
  });

  it('are not waited for where there is one, or where it is something else', async () => {
    await expect(migrate(nodes('60').client, readMigrations(), onOneNode, clock)).rejects.toThrow(/does not exist/);
    await expect(migrate(nodes('62').client, readMigrations(), { kind: 'shared' }, clock)).rejects.toThrow(/does not exist/);
  });
});
