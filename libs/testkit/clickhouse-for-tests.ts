import { type ClickHouseContainer, clickHouseContainer, whyNoContainers } from './containers.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Why tests of what only a ClickHouse server has cannot run here, printed; undefined when they can. `VIGIE_TEST_CLICKHOUSE_URL` names a
 * server that may be filled and emptied (with `VIGIE_TEST_CLICKHOUSE_USER` and `..._PASSWORD` of its administrator); else one is started
 * in a container. Nothing stands in for a server, so that without either they are skipped, under `CI=true` too, unless
 * `VIGIE_TEST_CLICKHOUSE=required`.
 */
export async function whyNoClickHouseServer(env: Environment): Promise<string | undefined> {
  if (env['VIGIE_TEST_CLICKHOUSE_URL']) return undefined;
  const reason = await whyNoContainers();
  if (reason === undefined) return undefined;
  if (env['VIGIE_TEST_CLICKHOUSE'] === 'required') throw new Error(`tests on a ClickHouse server must run here: ${reason}`);
  process.stderr.write(`tests on a ClickHouse server are skipped: ${reason}, and VIGIE_TEST_CLICKHOUSE_URL names none\n`);
  return reason;
}

export async function clickHouseForTests(env: Environment): Promise<ClickHouseContainer> {
  const url = env['VIGIE_TEST_CLICKHOUSE_URL'];
  if (!url) return clickHouseContainer(env['VIGIE_TEST_CLICKHOUSE_IMAGE']);
  const user = env['VIGIE_TEST_CLICKHOUSE_USER'] ?? 'default';
  return { url, user, password: env['VIGIE_TEST_CLICKHOUSE_PASSWORD'] ?? '', stop: async () => {} };
}
