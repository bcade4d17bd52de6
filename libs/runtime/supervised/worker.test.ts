import { describe, expect, it } from '@jest/globals';
import { portOffsets, services } from '#libs/contracts/vocabulary.js';
import { maySeveral, ownPort, sharedPort, workerOf, workersMax } from './worker.js';

describe('which of several a process is', () => {
  it.each([
    ['1/1', { number: 1, of: 1 }],
    ['2/3', { number: 2, of: 3 }],
    ['16/16', { number: 16, of: 16 }],
  ])('%s is read', (text, worker) => expect(workerOf(text)).toEqual(worker));

  it.each(['', '0/2', '3/2', '2', '1/17', '-1/2', 'a/b', '1/2/3', '01/2', '1/2\n'])('%j is not', (text) => {
    expect(workerOf(text)).toBeUndefined();
  });
});

describe('ports', () => {
  it('of one process of each service are those that they always were', () => {
    for (const service of services)
      for (const worker of [undefined, { number: 1, of: 1 }]) {
        expect(ownPort(service, 7410, worker)).toBe(7410 + portOffsets[service]);
        expect(sharedPort(service, 7410, worker)).toBeUndefined();
      }
  });

  it('of as many as may run are all of one process alone, and none is the one that ingestors share', () => {
    const all = Array.from({ length: workersMax }, (_, index) => ({ number: index + 1, of: workersMax }));
    const own = services.flatMap((service) =>
      (maySeveral(service) ? all : [undefined]).map((worker) => ownPort(service, 0, worker)),
    );
    const taken = [...own, portOffsets.clickhouse, sharedPort('ingestor', 0, all[0])];
    expect(new Set(taken).size).toBe(services.length - 2 + 2 * workersMax + 2);
    expect(sharedPort('ingestor', 0, all[0])).toBe(portOffsets.ingestor);
    expect(ownPort('scorer', 0, all[0])).toBe(portOffsets.scorer);
  });
});
