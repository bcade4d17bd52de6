/**
 * The embedded ClickHouse as a process, in which every user of deploy/clickhouse/access.sql has what that file grants, and the password that deploy/secrets.mjs made
 * in the folder `VIGIE_TEST_SECRETS`. For tests.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '#libs/runtime/clock.js';
import { createLog } from '#libs/runtime/log.js';
import { closeDataFolder, makePrivateFiles } from '#libs/runtime/private-files.js';
import { readClickHouseConfig } from '#services/clickhouse/config.js';
import { startClickHouse } from '#services/clickhouse/start.js';
import { accessOf, accessUsers } from './access-file.js';

makePrivateFiles();
const config = readClickHouseConfig();
closeDataFolder(config.dataDir);
const log = createLog('clickhouse', config.logLevel);
const secrets = process.env['VIGIE_TEST_SECRETS'] ?? '';
const passwordOf = (user: string) =>
  readFileSync(join(secrets, `clickhouse_${user.slice(user.lastIndexOf('_') + 1)}_password`), 'utf8').trim();
const named = new Map(accessUsers.map((user) => [user, { ...accessOf(user), password: passwordOf(user) }]));
const started = await startClickHouse(config, { clock: systemClock, log, named });
process.once('SIGTERM', () => void started.stop().then((well) => process.exit(well ? 0 : 1)));
