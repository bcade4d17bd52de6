import { describe, expect, it } from '@jest/globals';
import { extraText, harmlessFields } from './extra.js';
import { limits } from './limits.js';
import { Mask } from './mask/mask.js';
import { namesPerson } from './person-words.js';
import { withoutIdentifiers } from './shape.js';
import { WorkMeter } from './work-meter.js';

const mask = new Mask([{ identifier: '8001234', pseudonym: 'P1' }], new WorkMeter());

describe('unknown fields', () => {
  it('are kept where they are named, masked; of the others there is only how many they were', () => {
    const extra = {
      ward: 'bed of 8001234',
      comment: 'Jane Doe',
      nss: '184127645108946',
      contact: { family: 'Doe', given: 'Jane' },
      'Jane Doe': 1,
    };
    expect(read(extra)).toEqual({ ward: 'bed of P1', _dropped: 4 });
    expect([extraText(undefined, harmlessFields, mask), extraText({}, harmlessFields, mask)]).toEqual([undefined, undefined]);
  });

  it('are found inside others by their path, and no object is kept whole', () => {
    const extra = { context: { ward: '3B', patient: 'Jane Doe' }, list: ['a', 1, { b: 'Jane Doe' }, true], 'a.b': 'flat' };
    expect(read(extra, ['context.ward', 'context', 'list', 'a.b', 'list.length', 'context.__proto__'])).toEqual({
      'context.ward': '3B',
      list: ['a', 1, true],
      'a.b': 'flat',
    });
  });

  it('are left out whole where all of them are too long, and counted', () => {
    const extra = Object.fromEntries(harmlessFields.map((name) => [name, 'x'.repeat(1024)]));
    expect(read(extra)).toEqual({ _dropped: harmlessFields.length });
    expect(harmlessFields.length * 1024).toBeGreaterThan(limits.extraBytesMax);
  });

  it('that are harmless do not name persons', () => {
    expect(harmlessFields.filter((name) => namesPerson(name))).toEqual([]);
  });
});

describe('the shape of an address', () => {
  it.each([
    ['/r4/Patient/12345/Observation', '/r4/Patient/*/Observation'],
    ['https://jane:pw@ehr.example/r4/Patient/a1b2?_count=50&name=doe', 'https://ehr.example/r4/Patient/*?_count=50&name=*'],
    ['m=patients&a=view&patient_id=12', 'm=*&a=*&patient_id=*'],
    ['/patients/DUPONT-Jean/documents/search', '/patients/*/documents/search'],
    ['/r4/Patient/_search', '/r4/Patient/_search'],
    ['/patients/search', '/patients/search'],
    ['/records/%38001', '/records/*'],
    ['?184127645108946=x', '?*=*'],
    ['/api/v1/wards/3B/print_bed', '/api/v1/wards/*/print_bed'],
    ['ward 3B', 'ward 3B'],
    ['call 06 12 34 56 78', 'call *'],
    ['born 2001-02-03', 'born *'],
  ])('of %s is %s', (text, shape) => {
    expect(withoutIdentifiers(text)).toBe(shape);
  });
});

describe('fields that name a person', () => {
  it.each([
    'patientName',
    'INS',
    'date_of_birth',
    'Prénom',
    'e-mail',
    'PATIENT',
    'nom',
    'contact_phone',
    'identité',
    'hostName2x',
  ])('%s does', (key) => {
    expect(namesPerson(key)).toBe(true);
  });
  it.each(['insurance', 'tenant', 'nominal', 'template', 'ward', 'telnet', 'sexton'])('%s does not', (key) => {
    expect(namesPerson(key)).toBe(false);
  });
});

function read(extra: Readonly<Record<string, unknown>>, named = harmlessFields): unknown {
  return JSON.parse(extraText(extra, named, mask) ?? '');
}
