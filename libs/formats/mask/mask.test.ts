import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { shows, spellings } from '#libs/leakcheck/spellings.js';
import { WorkMeter } from '../work-meter.js';
import { bitsOfUnits, fold, unitBitsOf, unitsMaxOf } from './fold.js';
import { Mask, type Replacement } from './mask.js';

const mask = maskOf([
  { identifier: '8001234', pseudonym: 'P1' },
  { identifier: '8001234-5', pseudonym: 'P2' },
  { identifier: '12', pseudonym: 'P3' },
  { identifier: 'a.b+c', pseudonym: 'P4' },
  { identifier: '042', pseudonym: 'P5' },
  { identifier: '4711', pseudonym: 'P6' },
  { identifier: 'AbCd9', pseudonym: 'P7' },
  { identifier: 'aBcD9', pseudonym: 'P8' },
]);

describe('masking', () => {
  it.each([
    ['inside a word', 'ward8001234x', 'wardP1x'],
    ['the longest first', 'dossier 8001234-5', 'dossier P2'],
    ['each of two in a row', '80012348001234', 'P1P1'],
    ['a short one as a whole word', 'bed 12, room 12', 'bed P3, room P3'],
    ['a short one nowhere else', '10.412.7.120 é12', '10.412.7.120 é12'],
    ['a short one without its zeros', 'room 42, 420', 'room P5, 420'],
    ['the zeros before one', 'room 0008001234', 'room P1'],
    ['the zeros before one that are escapes', 'a%30%30%38001234 b%2530%25308001234', 'aP1 bP1'],
    ['signs of patterns as themselves', 'a.b+c axb+c', 'P4 axb+c'],
    ['one of four digits in any word', 'x4711', 'xP6'],
    ['one of four digits not with more between them', '10.4.7.11 and 4-7-1-1', '10.4.7.11 and 4-7-1-1'],
    ['two that differ by case each by its own', 'AbCd9 aBcD9', 'P7 P8'],
    ['nothing', 'nothing here', 'nothing here'],
  ])('replaces %s', (_what, text, masked) => {
    expect(mask.text(text, 'device')).toBe(masked);
  });

  it.each(Object.entries(spellings))('finds an identifier %s, wherever it stands', (_how, spell) => {
    const identifier = fc.stringMatching(/^0{0,2}[1-9A-Za-z][0-9A-Za-z]{5,14}$/);
    fc.assert(
      fc.property(identifier, fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (id, before, behind) => {
        // Of letters that no identifier has, so that what stands on its two sides is not read as one word.
        const masked = maskOf([{ identifier: id, pseudonym: 'Ж' }]).text(`${before} ${spell(id)} ${behind}`, 'device');
        expect(masked).toContain('Ж');
        expect(shows(masked, id)).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  it('of what is written in percent escapes leaves no half of one', () => {
    expect(maskOf([{ identifier: '03apply', pseudonym: 'P' }]).text(' %30%33%61%70%70%6C%79 Apply', 'device')).toBe(' P Apply');
  });

  it('leaves no identifier of four characters or more in any text', () => {
    const identifier = fc.string({ unit: fc.constantFrom(...'0123.ab'), minLength: 4, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(identifier, { minLength: 1, maxLength: 3 }), fc.array(fc.string({ maxLength: 4 })), (ids, between) => {
        const own = maskOf(ids.map((id) => ({ identifier: id, pseudonym: '<>' })));
        const text = ids.flatMap((id, index) => [between[index] ?? ' ', id]).join('');
        for (const id of ids) expect(own.text(text, 'device')).not.toContain(id);
      }),
    );
  });

  it('folds no text to more than it is taken for, so that none is passed over unread', () => {
    const piece = fc.oneof(
      fc.constantFrom('½', 'ﬃ', '㎏', '℡', 'ǆ', '㍿', '%', '%C2%BD', '%25EF%25AC%2583', '%EF%AC%83', '%C2', '   ', 'a', '7'),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, unescape) => {
        const text = pieces.join('');
        expect(fold(text, unescape).units.length).toBeLessThanOrEqual(unitsMaxOf(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('folds no text to a unit that it is not taken for, so that none that lacks what is looked for is passed over unfolded', () => {
    const every = Array.from({ length: 0x3000 }, (_, code) => String.fromCodePoint(code));
    expect(every.filter((text) => (bitsOfUnits(fold(text).units) & ~unitBitsOf(text)) !== 0)).toEqual([]);
    const texts = fc.string({
      unit: fc.constantFrom(
        'a',
        'Z',
        '0',
        '9',
        ' ',
        '-',
        '\u00b2',
        '\u00bd',
        '\u00e9',
        '\u00df',
        '\uff11',
        'e\u0301',
        '\u{1f468}',
        '\0',
      ),
    });
    fc.assert(
      fc.property(texts, (text) => {
        expect(bitsOfUnits(fold(text).units.filter((unit) => unit !== 0)) & ~unitBitsOf(text)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('draws for texts and identifiers, and not for one times the other', () => {
    const [small, manyPatients, longText, both] = [steps(10, 10), steps(20_000, 10), steps(10, 20_000), steps(20_000, 20_000)];
    expect(both).toBeLessThanOrEqual(manyPatients + longText + small);
  });
});

function maskOf(replacements: readonly Replacement[]): Mask {
  return new Mask(replacements, new WorkMeter());
}

/** What it draws to look for so many patients in a text of so many characters. */
function steps(patients: number, characters: number): number {
  const meter = new WorkMeter(Infinity);
  const ids = Array.from({ length: patients }, (_, index) => ({ identifier: String(8_000_000 + index), pseudonym: 'P' }));
  new Mask(ids, meter).text('x'.repeat(characters), 'device');
  return meter.steps;
}
