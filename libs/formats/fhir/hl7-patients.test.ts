import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { WorkMeter } from '../work-meter.js';
import { searchedFor } from './query.js';

const a = { id: '178', authority: 'urn:oid:1.3.6.1' };
const b = { id: '9', authority: 'urn:oid:1.2.250' };
const header = 'MSH|^~\\&|EMR|NORD|MPI|GROUP|20261128||QBP^Q23|1|P|2.5';

describe('the patients of a query of HL7', () => {
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
