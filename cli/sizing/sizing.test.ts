import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { costs } from './costs.js';
import { type Load, sizeOf, sizeText } from './sizing.js';

const dayMs = 86_400_000;
const load = (staff: number): Load => ({
  staff,
  rowsPerDay: staff * 168,
  retentionMs: 400 * dayMs,
  kafkaMs: 35 * dayMs,
  windowsMs: 30 * dayMs,
  kafkaCopies: 3,
  storeCopies: 2,
});

const gb = (bytes: number) => (bytes < 1e10 ? (bytes / 1e9).toFixed(1) : (bytes / 1e9).toFixed(0));

describe('vigie sizing', () => {
  it('counts bytes by what a row was measured to take', () => {
    const one = { ...load(1400), rowsPerDay: 235_000, kafkaCopies: 1, storeCopies: 1 };
    expect(sizeOf(one)).toMatchObject({ storeBytes: 235_000 * 400 * 36.9, kafkaBytes: 235_000 * 35 * 57, pairs: 235_000 * 30 });
    expect(sizeText(one, sizeOf(one))).toMatch(/Kafka +469 MB in 1 copies[^]*ClickHouse +3\.5 GB in 1 copy, for 400 days/);
  });

  it('never gives less for more, nor a scorer less memory than its windows take', () => {
    const figures = fc.record({ staff: fc.integer({ min: 1, max: 500_000 }), more: fc.integer({ min: 0, max: 500_000 }) });
    fc.assert(
      fc.property(figures, ({ staff, more }) => {
        const [small, large] = [sizeOf(load(staff)), sizeOf(load(staff + more))];
        expect(large.partitions).toBeGreaterThanOrEqual(small.partitions);
        expect(large.storeBytes).toBeGreaterThanOrEqual(small.storeBytes);
        for (const [index, one] of large.services.entries()) {
          const before = small.services[index];
          expect(one.instances * one.mib).toBeGreaterThanOrEqual((before?.instances ?? 0) * (before?.mib ?? 0) * 0.9);
          expect(one.cores).toBeGreaterThanOrEqual(0.5);
        }
        const scorer = large.services.find(({ service }) => service === 'scorer');
        expect((scorer?.instances ?? 0) * (scorer?.mib ?? 0) * 1024 ** 2).toBeGreaterThan(large.pairs * costs.bytesPerPair);
        const ingestor = large.services.find(({ service }) => service === 'ingestor');
        expect((ingestor?.mib ?? 0) * 1024 ** 2).toBeGreaterThan(large.carePairs * costs.careBytesPerPair);
        // A partition has one reader at a time: there must be work for every scorer.
        expect(large.partitions).toBeGreaterThanOrEqual(scorer?.instances ?? 0);
      }),
    );
  });

  it.each([1_400, 20_000, 100_000])('says of %d staff what the table of docs/operations.md says', (staff) => {
    const size = sizeOf(load(staff));
    const name = staff.toLocaleString('en');
    const row = readFileSync('docs/operations.md', 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`| ${name} `));
    const cells = row
      ?.split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    const scorer = size.services.find(({ service }) => service === 'scorer');
    const ingestor = size.services.find((one) => one.service === 'ingestor');
    expect(cells).toEqual([
      name,
      (staff * 168).toLocaleString('en'),
      String(size.partitions),
      `${gb(size.kafkaBytes)} GB`,
      `${gb(size.storeBytes)} GB`,
      `${gb(size.pairs * costs.bytesPerPair)} GB`,
      `${scorer?.instances} of ${scorer?.mib} MiB`,
      `${ingestor?.instances} of ${ingestor?.mib} MiB`,
    ]);
  });
});
