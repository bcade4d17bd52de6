import { expect, it } from '@jest/globals';
import { Recorder, until } from './contract-tools.js';
import { createMemoryLog } from './memory/memory-log.js';
import { prefixedLog } from './prefixed-log.js';

const at = { topic: 'vigie.accesses.v1', partition: 0 };

it('two installations on one cluster read and write topics of their own, by the names that they have everywhere', async () => {
  const cluster = createMemoryLog({ topics: { 'vigie.accesses.v1': 1, 'east.vigie.accesses.v1': 2 } });
  const west = cluster.connect();
  const east = prefixedLog(cluster.connect(), 'east.');
  expect([await west.partitions(at.topic), await east.partitions(at.topic)]).toEqual([1, 2]);
  await west.append(at, Buffer.from('west'));
  await east.append(at, Buffer.from('east'));
  const recorders = [new Recorder(), new Recorder()] as const;
  const options = { group: 'vigie-scorer', topics: [at.topic], batchBytesMax: 1000 };
  const members = [await west.join(options, recorders[0]), await east.join(options, recorders[1])] as const;
  await until('each its own', () => recorders.every(({ seen }) => seen.length === 1));
  expect(recorders.map((recorder) => recorder.texts())).toEqual([['west'], ['east']]);
  expect(await members[1].commit(at, 1)).toBe(true);
  expect(await members[1].positions()).toContainEqual(expect.objectContaining({ ...at, end: 1, committed: 1 }));
  expect(await members[0].positions()).toEqual([expect.objectContaining({ ...at, end: 1, committed: -1 })]);
  await Promise.all(members.map((member) => member.leave()));
  await cluster.close();
});

it('topics of others keep their names, and the groups that read them do not', async () => {
  const cluster = createMemoryLog({ topics: { 'his.audit': 1 } });
  const raw = { group: 'vigie-ingestor-raw.his.audit', topics: ['his.audit'], batchBytesMax: 1000, foreign: true } as const;
  await cluster.connect().append({ topic: 'his.audit', partition: 0 }, Buffer.from('line'));
  const recorders = [new Recorder(), new Recorder()] as const;
  const members = [
    await prefixedLog(cluster.connect(), 'east.').join(raw, recorders[0]),
    await prefixedLog(cluster.connect(), 'west.').join(raw, recorders[1]),
  ];
  await until('both have it', () => recorders.every(({ seen }) => seen.length === 1));
  await Promise.all(members.map((member) => member.leave()));
  await cluster.close();
});
