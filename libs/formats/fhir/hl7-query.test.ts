import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { metered, WorkMeter } from '../work-meter.js';
import { accepted } from '#libs/runtime/outcome.js';
import { searchedFor } from './query.js';

const asked = (text: string) =>
  searchedFor(Buffer.from(text).toString('base64'), new WorkMeter()).patients.map(({ id, authority }) => `${id} of ${authority}`);

describe('the patients that a query of HL7 asks for', () => {
  it.each([
    ['PIX', 'MSH|^~\\&|A|B|\rQPD|IHE PIX Query|1|78106^^^PK&2.16.840&ISO^PI||RCP|I', ['78106 of urn:oid:2.16.840']],
    ['PIX with a namespace only', 'MSH|^~\\&|\r\nQPD|Q23|1|2^^^A\r\n', ['2 of A']],
    ['PDQ by number', 'MSH|^~\\&|\rQPD|Q22|1|@PID.3.1^4711~@PID.3.4.2^1.2.3\r', ['4711 of urn:oid:1.2.3']],
    ['PDQ by name', 'MSH|^~\\&|\rQPD|Q22|1|@PID.5.1^DUPONT\r', []],
    ['PIX of version 3', '<q><patientIdentifier><value extension="JW-824" root="1.2.3"/></patientIdentifier></q>', ['JW-824 of urn:oid:1.2.3']],
    ['PDQ of version 3', '<v3:q xmlns:v3="urn:hl7-org:v3"><v3:livingSubjectId><v3:value extension="9" root="1.2"/></v3:livingSubjectId></v3:q>', ['9 of urn:oid:1.2']],
    ['a stored query', `<query:AdhocQueryRequest><Slot name="$XDSDocumentEntryPatientId"><ValueList><Value>'st34^^^&amp;1.3.6&amp;ISO'</Value></ValueList></Slot></query:AdhocQueryRequest>`, ['st34 of urn:oid:1.3.6']],
    ['no number', '<PRPA_IN201309UV02 patient="1"/>', []],
    ['broken XML', '<q><patientIdentifier>', []],
    ['no field', 'MSH|^~\\&|\rQPD|Q23', []],
  ])('is read: %s', (_, text, patients) => {
    expect(asked(text)).toEqual(patients);
  }); // prettier-ignore

  it('never throws, whatever the query', () => {
    const part = fc.constantFrom('MSH|', '\rQPD|', '|', '^', '~', '@PID.3.1^', '<', '/>', '<a>', '</a>', '<Slot name="$XDSDocumentEntryPatientId">', 'x', '&');
    const text = fc.array(fc.oneof(part, fc.string({ maxLength: 3 })), { maxLength: 20 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (given) => {
        expect(metered(() => accepted(asked(given))).kind).toBe('accepted');
      }),
      { numRuns: 500 },
    );
  }); // prettier-ignore
});
