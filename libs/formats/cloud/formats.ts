// cloud/: audit logs of record services in a cloud: Azure, Google Cloud, AWS, Microsoft 365.
// Each is a mapping; a request that writes two entries counts once.

import { rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { InputFormat } from '../input-format.js';
import { excessOfValue } from '../json/measure.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import type { RecordMapping } from '../record/mapping.js';
import { readRecord } from '../record/read-record.js';
import { RecordView } from '../record/record.js';
import { inLower, inLowerCase } from '../record/table-row.js';
import type { WorkMeter } from '../work-meter.js';
import { objectIn } from '../wrappers/message.js';
import { azureMapping, cloudTrailMapping, gcpMapping, o365Mapping } from './mappings.js';

const azureNames = ['requesturi', 'fhirresourcetype', 'calleridentity', 'calleridentityobjectid'];

export const azureFormat = cloudFormat('azure-fhir', azureMapping, {
  recognises: (record) => {
    const names = Object.keys(record).map(inLower);
    const isRow = names.includes('timegenerated') || names.includes('timegenerated [utc]');
    const isDiagnostic = names.includes('operationname') && inLowerCase(record)['category'] === 'AuditLogs';
    return isDiagnostic || (isRow && azureNames.some((name) => names.includes(name)));
  },
  prepare: inLowerCase,
  /** The row of its end says how it ended too. */
  secondOf: (view) => (view.text(['resulttype'])?.toLowerCase() === 'started' ? 'resultType' : undefined),
});

export const gcpFormat = cloudFormat('gcp', gcpMapping, {
  recognises: (record) => isObject(record['protoPayload']),
  /** A long operation writes an entry at its begin, when somebody may still do something, and one at its end. */
  secondOf: (view) =>
    view.text(['operation.last']) === 'true' && view.text(['operation.first']) !== 'true' ? 'operation' : undefined,
});

export const cloudTrailFormat = cloudFormat('cloudtrail', cloudTrailMapping, {
  recognises: (record) => typeof record['eventSource'] === 'string' && typeof record['eventName'] === 'string',
});

export const o365Format = cloudFormat('o365', o365Mapping, {
  recognises: (record) =>
    typeof record['CreationTime'] === 'string' &&
    typeof record['Operation'] === 'string' &&
    ['Workload', 'RecordType', 'UserId'].some((name) => Object.hasOwn(record, name)),
});

interface Particulars {
  readonly recognises: (record: JsonObject) => boolean;
  readonly prepare?: (record: JsonObject) => JsonObject;
  /** The field by which an entry says that another one stands for its request. */
  readonly secondOf?: (view: RecordView) => string | undefined;
}

function cloudFormat(name: string, mapping: RecordMapping, particulars: Particulars): InputFormat {
  const { recognises, prepare = (record) => record, secondOf } = particulars;
  return {
    name,
    kind: 'json',
    recognises: (payload) => {
      const record = objectIn(payload);
      return record !== undefined && recognises(record);
    },
    read: (payload, reading, meter) => {
      const given = objectIn(payload);
      if (!given) return rejected('not_an_object', '', `a record of ${name} must be a JSON object`);
      const record = prepare(given);
      const refused = excessOfValue(given, meter) ?? second(record, secondOf, meter);
      return refused ?? readRecord({ record, envelope: payload.envelope, reading, meter }, mapping);
    },
  };
}

function second(record: JsonObject, secondOf: Particulars['secondOf'], meter: WorkMeter): Rejected | undefined {
  const field = secondOf?.(new RecordView(record, {}, meter));
  return field === undefined
    ? undefined
    : rejected('counted_elsewhere', field, 'another entry of the same request is the one that counts; this one can be left out');
}
