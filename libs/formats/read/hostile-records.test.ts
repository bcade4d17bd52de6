import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { azureMapping, cloudTrailMapping, gcpMapping, o365Mapping } from '../cloud/mappings.js';
import { ecsMapping } from '../ecs/mapping.js';
import { plainReading } from '../input-format.js';
import { mediboardTables } from '../mediboard/tables.js';
import { ocsfMapping } from '../ocsf/mapping.js';
import { openemrTables } from '../openemr/tables.js';
import { payloadOf } from '../payload.js';
import { tamanuTables } from '../tamanu/tables.js';
import { readPayload } from './read-payload.js';
import { formats } from './table.js';

const mappings = [ecsMapping, ocsfMapping, azureMapping, gcpMapping, cloudTrailMapping, o365Mapping];
const tables = [...mediboardTables, ...openemrTables, ...tamanuTables];
const paths = [...mappings, ...tables.map(({ mapping }) => mapping)].flatMap(({ places, patients = [], requests = [], services = [] }) => [
  ...Object.values(places).flat(), ...patients.map(({ place }) => place), ...requests, ...services,
]); // prettier-ignore
const names = [
  ...new Set([
    ...paths,
    ...paths.flatMap((path) => path.split('.')),
    ...tables.flatMap(({ has }) => has.flat()),
    'class_uid',
    'protoPayload',
    'eventSource',
    'eventName',
    'category',
    'type',
  ]),
];
const secret = 'S3CRET';

/** Records of any known names with values that nobody expects there. */
const records = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      secret,
      `${secret};${secret}`,
      `|${secret}`,
      `${secret}^^^&1&ISO~`,
      '',
      0,
      -1,
      1e308,
      true,
      null,
      '2026-11-28T08:00:00Z',
      1_764_316_800,
      6005,
      'AuditLogs',
      '{"a":',
      'm=1&a=print',
      '[,]',
      'x'.repeat(400),
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('record'),
  ),
  record: fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 6 }),
})).record;

describe('records of hostile origin', () => {
  it.each([undefined, ...formats.map(({ name }) => name)])(
    'as format %s never throw, quote nothing, and cost what is allowed',
    (format) => {
      const columns = { time: '@timestamp', actor_id: 'user', patient_id: 'resources', 'patient_id|x': 'patient_id' };
      const readings = [plainReading, { ...plainReading, columns, authorities: ['x'] }].map((one) =>
        format ? { ...one, format } : one,
      );
      fc.assert(
        fc.property(records, fc.constantFrom(...readings), (record, reading) => {
          const payload = payloadOf(Buffer.from(JSON.stringify(record)), { receivedMs: 1_764_316_800_000 });
          if (payload.kind === 'rejected') return;
          for (const { outcome, meter } of readPayload(payload.value, reading)) {
            if (outcome.kind === 'rejected') expect(`${outcome.detail}${outcome.field}`).not.toContain(secret);
            else for (const { id } of outcome.value.patients) expect(id.length).toBeGreaterThan(0);
            expect(meter.steps).toBeLessThan(200_000);
          }
        }),
        { numRuns: casesOf(150, 3_000) },
      );
    },
  );

  it('take work in proportion to their size', () => {
    const steps = [1000, 2000, 4000].map((count) => {
      const record = {
        '@timestamp': '2026-11-28T08:00:00Z',
        user: { id: 'amartin' },
        labels: { patient_id: Array.from({ length: count }, (_, at) => `n${at}`) },
      };
      const payload = payloadOf(Buffer.from(JSON.stringify(record)), { receivedMs: 0 });
      if (payload.kind === 'rejected') throw new Error(payload.detail);
      const [item] = [...readPayload(payload.value, plainReading)];
      return item?.meter.steps ?? 0;
    });
    const [small = 0, middle = 0, large = 0] = steps;
    expect(large - middle).toBeLessThanOrEqual(2.2 * (middle - small));
  });
});
