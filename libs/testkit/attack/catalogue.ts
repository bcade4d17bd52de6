import type { Attack } from './attack.js';
import { changedRecords } from './changed-records.js';
import { turnedClocks } from './clocks.js';
import { costlyRecords } from './costly-records.js';
import { idleCrowd, longQueriesOfOne, slowBodiesOfOneGroup } from './crowding.js';
import { manyLateAccounts, manyMonths } from './far-times.js';
import { fileModes } from './files.js';
import { foreignFrames } from './foreign-frames.js';
import { foreignNames } from './foreign-names.js';
import { identities } from './identities.js';
import { splitNames, terminalOrders } from './names.js';
import { queryWrites, sqlWalls } from './sql-walls.js';
import { weakSecrets } from './weak-secrets.js';

/** Every attack there is: a new one is one more entry. Those that are marked `quick` also run with the tests, in this order. */
export const attacks: readonly Attack[] = [
  foreignNames,
  sqlWalls,
  queryWrites,
  slowBodiesOfOneGroup,
  longQueriesOfOne,
  splitNames,
  terminalOrders,
  changedRecords,
  turnedClocks,
  identities,
  fileModes,
  weakSecrets,
  costlyRecords,
  idleCrowd,
  manyLateAccounts,
  foreignFrames,
  manyMonths,
];

/** What is tried from inside, by tests of the parts, because from outside it needs days, millions of names, or a broker's principal. */
export const triedInside: readonly { readonly what: string; readonly why: string; readonly where: string }[] = [
  {
    what: 'accounts whose hashes collide',
    why: 'the collisions must be computed with the code of the tables themselves',
    where: 'libs/detection',
  },
  { what: 'millions of clinics of one account', why: 'four million rows take hours through the door', where: 'libs/detection' },
  {
    what: 'compressed bombs and records of a rogue producer',
    why: 'they need a Kafka that is reached with a principal of ours',
    where: 'libs/event-log/kafka',
  },
  {
    what: 'rights of users and policies of groups',
    why: 'the embedded ClickHouse has none',
    where: 'libs/access-store/clickhouse',
  },
  {
    what: 'capabilities, networks and secrets of containers',
    why: 'nothing of them is on a single machine',
    where: 'tests/deploy',
  },
];
