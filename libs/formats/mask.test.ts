import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { limits } from './limits.js';
import { extraText, Mask, namesPerson } from './mask.js';

const mask = new Mask([
  { identifier: '8001234', pseudonym: 'P1' },
  { identifier: '8001234-5', pseudonym: 'P2' },
  { identifier: '12', pseudonym: 'P3' },
  { identifier: 'a.b+c', pseudonym: 'P4' },
]);

describe('masking', () => {
  it.each([
    ['inside a word', 'ward8001234x', 'wardP1x'],
    ['the longest first', 'dossier 8001234-5', 'dossier P2'],
    ['a short one as a whole word', 'bed 12, room 12', 'bed P3, room P3'],
    ['a short one nowhere else', '10.412.7.120 é12', '10.412.7.120 é12'],
    ['signs of patterns as themselves', 'a.b+c axb+c', 'P4 axb+c'],
    ['nothing', 'nothing here', 'nothing here'],
  ])('replaces %s', (_what, text, masked) => {
    expect(mask.text(text)).toBe(masked);
  });

  it('leaves no identifier of four characters or more in any text', () => {
    const identifier = fc.string({ unit: fc.constantFrom(...'0123.ab'), minLength: 4, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(identifier, { minLength: 1, maxLength: 3 }), fc.array(fc.string({ maxLength: 4 })), (ids, between) => {
        const own = new Mask(ids.map((id) => ({ identifier: id, pseudonym: '<>' })));
        const text = ids.flatMap((id, index) => [between[index] ?? ' ', id]).join('');
        for (const id of ids) expect(own.text(text)).not.toContain(id);
      }),
    );
  });

  it('reaches keys, texts and numbers of a value, at every depth', () => {
    expect(mask.value({ 8001234: [8001234, 'x 8001234', { a: 8001235 }], n: null, t: true })).toEqual({
      P1: ['P1', 'x P1', { a: 8001235 }],
      n: null,
      t: true,
    });
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

  it('are left out of extra and named, the rest is masked', () => {
    const text = extraText({ ward: '8001234', deep: { patientName: 'X', n: 1 }, phone: '1' }, mask);
    expect(JSON.parse(text ?? '')).toEqual({ ward: 'P1', deep: { n: 1 }, _dropped: ['patientName', 'phone'] });
    expect([extraText(undefined, mask), extraText({}, mask)]).toEqual([undefined, undefined]);
  });

  it('and too much of everything is left out whole', () => {
    expect(extraText({ a: 'x'.repeat(limits.extraBytesMax) }, mask)).toBe(
      JSON.stringify({ _dropped: [`all: more than ${limits.extraBytesMax} bytes`] }),
    );
  });
});
