import { rejected } from '#libs/runtime/outcome.js';
import type { InputFormat } from '../input-format.js';
import { excessOfValue } from '../json/measure.js';
import type { JsonObject } from '../json/parse-item.js';
import { readRecord } from '../record/read-record.js';
import { textOfValue } from '../record/record.js';
import { objectIn } from '../wrappers/message.js';
import { activitiesOfClass, ocsfLoginMapping, ocsfMapping } from './mapping.js';

/** Open Cybersecurity Schema Framework as JSON: the classes that speak of accesses. */
export const ocsfFormat: InputFormat = {
  name: 'ocsf',
  kind: 'json',
  recognises: (payload) => objectIn(payload)?.['class_uid'] !== undefined,
  read: (payload, reading, meter) => {
    const record = objectIn(payload);
    if (!record) return rejected('not_an_object', '', 'an event in OCSF must be a JSON object');
    const classUid = textOfValue(record['class_uid']) ?? '';
    if (!Object.hasOwn(activitiesOfClass, classUid)) return rejected('other_class', 'class_uid', otherClass);
    const input = { record: { ...record, type_uid: typeUid(classUid, record) }, envelope: payload.envelope, reading, meter };
    return excessOfValue(record, meter) ?? readRecord(input, classUid === '3002' ? ocsfLoginMapping : ocsfMapping);
  },
};

const otherClass = `this class says nothing of an access to a record; classes that are read: ${Object.keys(activitiesOfClass).join(', ')}`;

/** Class and activity as one number, which senders may leave out. */
function typeUid(classUid: string, record: JsonObject): unknown {
  const activity = Number(textOfValue(record['activity_id']) ?? Number.NaN);
  return Number.isSafeInteger(activity) ? Number(classUid) * 100 + activity : record['type_uid'];
}
