import { expect, it } from '@jest/globals';
import { Metrics } from '#libs/runtime/metrics.js';
import { anAccessRow } from '#libs/testkit/builders.js';
import { sampledLog } from './sampled-log.js';

const at = { topic: 'vigie.accesses.v1', partition: 0 } as const;
const rich = { actor_role: 'nurse', session_id: 's', source_ip: '10.0.0.1', care_link: 'own' } as const;

it('counts what the first row of each acknowledged frame lacks, by source', async () => {
  const metrics = new Metrics('ingestor');
  const log = sampledLog({ append: async () => 0 }, metrics);
  await log.append(at, frameOf(anAccessRow({ source: 'dpi', ...rich }), anAccessRow({ source: 'csv' })));
  await log.append(at, frameOf(anAccessRow({ source: 'csv', outcome: 'unknown', actor_role: 'nurse' })));
  await log.append(at, frameOf(anAccessRow({ source: 'csv', patient_id: '', session_id: 's', source_ip: '10.0.0.1' })));
  expect(await countsOf(metrics)).toEqual([
    'vigie_rows_sampled_total{group_id="helix",source="csv"} 2',
    'vigie_rows_sampled_total{group_id="helix",source="dpi"} 1',
    'vigie_rows_sampled_without_total{group_id="helix",source="csv",field="actor_role"} 1',
    'vigie_rows_sampled_without_total{group_id="helix",source="csv",field="care_link"} 1',
    'vigie_rows_sampled_without_total{group_id="helix",source="csv",field="outcome"} 1',
    'vigie_rows_sampled_without_total{group_id="helix",source="csv",field="session_id"} 1',
    'vigie_rows_sampled_without_total{group_id="helix",source="csv",field="source_ip"} 1',
  ]);
});

it('leaves what the log has taken acknowledged, whatever it is', async () => {
  const metrics = new Metrics('ingestor');
  const log = sampledLog({ append: async () => 7 }, metrics);
  for (const text of ['', '\n', 'no row\n', '[]\n', '{"source":"dpi"}\n'])
    expect(await log.append(at, Buffer.from(text))).toBe(7);
  expect(await countsOf(metrics)).toEqual([]);
});

it('looks at nothing that the log has not taken', async () => {
  const metrics = new Metrics('ingestor');
  const log = sampledLog({ append: () => Promise.reject(new Error('away')) }, metrics);
  await expect(log.append(at, frameOf(anAccessRow()))).rejects.toThrow('away');
  expect(await countsOf(metrics)).toEqual([]);
});

function frameOf(...rows: readonly object[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

async function countsOf(metrics: Metrics): Promise<readonly string[]> {
  const lines = (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('vigie_rows_sampled'));
  return lines.map((line) => line.replace(',service="ingestor"', '')).toSorted();
}
