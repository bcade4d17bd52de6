import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { metered, WorkMeter } from '../work-meter.js';
import { accepted } from '#libs/runtime/outcome.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { searchedFor } from './query.js';

const asked = (text: string) =>
  searchedFor(Buffer.from(text).toString('base64'), new WorkMeter()).patients.map(({ id, authority }) => `${id} of ${authority}`);

describe('the patients that a query of HL7 asks for', () => {
  it.each([
    ['PIX', 'MSH|^~\\&|A|B|\rQPD|IHE PIX Query|1|78106^^^PK&2.16.840&ISO^PI||RCP|I', ['78106 of urn:oid:2.16.840']],
    ['PIX with a namespace only', 'MSH|^~\\&|\r\nQPD|Q23|1|2^^^A\r\n', ['2 of A']],
    ['PDQ by number', 'MSH|^~\\&|\rQPD|Q22|1|@PID.3.1^4711~@PID.3.4.2^1.2.3\r', ['4711 of urn:oid:1.2.3']],
    ['PIX, framed as on the wire', '\u000bMSH|^~\\&|\rQPD|Q23|1|2^^^A\r\u001c\r', ['2 of A']],
    ['PIX with signs of its own', 'MSH$%+\\@$A\rQPD$Q23$1$2%%%A@1.2.3@ISO+9\r', ['2 of urn:oid:1.2.3']],
    ['a person of QRD', 'MSH|^~\\&|\rQRD|1|R|I|1|||1^RD|4711^DUPONT^JEAN^MARIE\r', ['4711 of undefined']],
    [
      'a person of QRD with an authority',
      'MSH|^~\\&|\rQRD|1|R|I|1|||1^RD|4711^DUPONT^^^^^^^A&1.2.3&ISO\r',
      ['4711 of urn:oid:1.2.3'],
    ],
    ['PDQ by name', 'MSH|^~\\&|\rQPD|Q22|1|@PID.5.1^DUPONT\r', []],
    [
      'PIX of version 3',
      '<q><patientIdentifier><value extension="JW-824" root="1.2.3"/></patientIdentifier></q>',
      ['JW-824 of urn:oid:1.2.3'],
    ],
    [
      'PDQ of version 3',
      '<v3:q xmlns:v3="urn:hl7-org:v3"><v3:livingSubjectId><v3:value extension="9" root="1.2"/></v3:livingSubjectId></v3:q>',
      ['9 of urn:oid:1.2'],
    ],
    [
      'a stored query',
      `<query:AdhocQueryRequest><Slot name="$XDSDocumentEntryPatientId"><ValueList><Value>'st34^^^&amp;1.3.6&amp;ISO'</Value></ValueList></Slot></query:AdhocQueryRequest>`,
      ['st34 of urn:oid:1.3.6'],
    ],
    [
      'a stored query of several patients',
      `<AdhocQuery><Slot name="$XDSDocumentEntryPatientId"><ValueList><Value>('a^^^&amp;1.3&amp;ISO','O''Neil^^^&amp;1.3&amp;ISO')</Value><Value>('c^^^&amp;1.3&amp;ISO')</Value></ValueList></Slot></AdhocQuery>`,
      ['a of urn:oid:1.3', "O'Neil of urn:oid:1.3", 'c of urn:oid:1.3'],
    ],
    [
      'all of a patient',
      `<AdhocQuery><Slot name="$patientId"><ValueList><Value>'a^^^&amp;1.3&amp;ISO'</Value></ValueList></Slot></AdhocQuery>`,
      ['a of urn:oid:1.3'],
    ],
    ['no number', '<PRPA_IN201309UV02 patient="1"/>', []],
    ['broken XML', '<q><patientIdentifier>', []],
    ['no field', 'MSH|^~\\&|\rQPD|Q23', []],
  ])('is read: %s', (_, text, patients) => {
    expect(asked(text)).toEqual(patients);
  });

  it('never throws, whatever the query', () => {
    const part = fc.constantFrom(
      'MSH|',
      '\rQPD|',
      '|',
      '^',
      '~',
      '@PID.3.1^',
      '<',
      '/>',
      '<a>',
      '</a>',
      '<Slot name="$XDSDocumentEntryPatientId">',
      'x',
      '&',
    );
    const text = fc.array(fc.oneof(part, fc.string({ maxLength: 3 })), { maxLength: 20 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (given) => {
        expect(metered(() => accepted(asked(given))).kind).toBe('accepted');
      }),
      { numRuns: casesOf(500, 20_000) },
    );
  });
});

const a = { id: '178', authority: 'urn:oid:1.3.6.1' };
const b = { id: '9', authority: 'urn:oid:1.2.250' };
const header = 'MSH|^~\\&|EMR|NORD|MPI|GROUP|20261128||QBP^Q23|1|P|2.5';

describe('the one patient whom a query of HL7 gives several numbers of', () => {
  it.each([
    ['PIX', `${header}\rQPD|IHE PIX Query|1|178^^^MPI&1.3.6.1&ISO^PI|^^^A\r`, [a]],
    ['PIX, two numbers of one patient', `${header}\nQPD|IHE PIX Query|1|9^^^&1.2.250&ISO~178^^^&1.3.6.1&ISO\n`, [b]],
    ['PDQ by number', `${header}\rQPD|IHE PDQ Query|1|@PID.3.1^178~@PID.3.4.2^1.3.6.1~@PID.3.4.3^ISO`, [a]],
    ['PDQ by a whole number', `${header}\rQPD|IHE PDQ Query|1|@PID.3^178^^^&1.3.6.1&ISO`, [a]],
    ['PDQ by name', `${header}\rQPD|IHE PDQ Query|1|@PID.5.1^DOE~@PID.7^19800101`, []],
    ['a feed', `${header}\rPID|1||178^^^&1.3.6.1&ISO^PI~9^^^&1.2.250&ISO||DOE^JANE`, [b]],
    ['a number of another numbering in front', `${header}\rPID||9^^^&1.2.250&ISO|178^^^&1.3.6.1&ISO`, [b]],
    ['another separator', `${header.replaceAll('|', '#')}\rQPD#IHE PIX Query#1#178^^^&1.3.6.1&ISO`, [a]],
    ['version 2.3', `${header}\rQRD|20261128|R|I|1|||1^RD|178^^^&1.3.6.1&ISO|DEM`, [a]],
    [
      'version 3, PIX',
      '<?xml version="1.0"?><PRPA_IN201309UV02 xmlns="urn:hl7-org:v3"><patientIdentifier><value root="1.3.6.1" extension="178"/></patientIdentifier></PRPA_IN201309UV02>',
      [a],
    ],
    [
      'version 3, PDQ',
      '<h:q xmlns:h="urn:hl7-org:v3"><h:livingSubjectId><h:value root="1.3.6.1" extension="178"/></h:livingSubjectId><h:id root="1" extension="2"/></h:q>',
      [a],
    ],
    ['version 3, by name', '<q><livingSubjectName><value><family>DOE</family></value></livingSubjectName></q>', []],
    ['a document type', '<!DOCTYPE q [<!ENTITY x "178">]><q/>', []],
    ['a document cut off', '<q><patientIdentifier><value root="1" extension="2"/>', []],
  ])('%s', (_, text, patients) => expect(searchedFor(text, new WorkMeter()).patients).toEqual(patients));

  it('are chosen by the authorities of the source', () => {
    const text = `${header}\rQPD|IHE PIX Query|1|9^^^&1.2.250&ISO~178^^^&1.3.6.1&ISO`;
    expect(searchedFor(text, new WorkMeter(), ['1.3.6.1']).patients).toEqual([a]);
  });

  it('never throws, whatever the message holds', () => {
    const part = fc.constantFrom(
      'MSH',
      'QPD',
      'QRD',
      'PID',
      '|',
      '^',
      '~',
      '&',
      '@PID.3.1',
      '\r',
      '1',
      '<q',
      '>',
      '<value extension="1"',
      '/>',
      ' ',
    );
    fc.assert(fc.property(fc.array(part, { maxLength: 40 }), (parts) => void searchedFor(parts.join(''), new WorkMeter())));
  });
});
