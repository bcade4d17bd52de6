import { describe, expect, it } from '@jest/globals';
import { calendarTime } from '../calendar-time.js';
import { ClinicsReader } from './clinics-csv.js';

const heading = 'group_id,clinic_id,name,opened_at,closed_at';

describe('the register of clinics', () => {
  it('is read with its times in UTC', () => {
    expect(read(heading, 'helix,c1,"Clinique ""A"", sud",2010-01-01,', 'helix,c2,B,,2024-06-30T00:00:00+02:00', '')).toEqual([
      [
        { group_id: 'helix', clinic_id: 'c1', name: 'Clinique "A", sud', opened_at: '2010-01-01T00:00:00.000Z', closed_at: null },
        { group_id: 'helix', clinic_id: 'c2', name: 'B', opened_at: null, closed_at: '2024-06-29T22:00:00.000Z' },
      ],
      [],
    ]);
  });

  it('may come from a spreadsheet, with semicolons, a byte order mark and columns in another order', () => {
    expect(read('\uFEFFclosed_at;Clinic_ID;group_id', '2024-06-30;c1;helix')[0]).toEqual([
      { group_id: 'helix', clinic_id: 'c1', name: '', opened_at: null, closed_at: '2024-06-30T00:00:00.000Z' },
    ]);
  });

  it('may say who answers for a clinic', () => {
    const [clinics] = read(`${heading},controller_id`, 'helix,c1,A,,,group-sa', 'helix,c2,B,,,');
    expect(clinics.map(({ controller_id }) => controller_id)).toEqual(['group-sa', undefined]);
  });

  it.each([
    ['no heading', ['helix,c1,A,,'], 1, 'the heading lacks group_id and clinic_id'],
    ['an empty id', [heading, 'helix,,A,,'], 2, 'clinic_id is empty'],
    ['a day that the calendar has not', [heading, '', 'helix,c1,A,,2023-02-29'], 3, 'closed_at is "2023-02-29"'],
    ['a time without its zone', [heading, 'helix,c1,A,2010-01-01T00:00:00,'], 2, 'opened_at is'],
    ['one clinic twice', [heading, 'helix,c1,A,,', 'helix,c1,B,,'], 3, 'stands on line 2 already'],
    ['a closing before the opening', [heading, 'helix,c1,A,2024-01-02,2024-01-01'], 2, 'before opened_at'],
    ['an open quote', [heading, 'helix,c1,"A,,'], 2, 'not closed'],
  ])('says where and what is wrong: %s', (_, lines, line, reason) => {
    const [, mistakes] = read(...lines);
    expect(mistakes[0]).toEqual({ line, reason: expect.stringContaining(reason) });
  });
});

describe('times as people write them', () => {
  it.each([
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
    ['2027-01-31T18:00:00+01:00', '2027-01-31T17:00:00.000Z'],
    ['2027-01-31T18:00', undefined],
    ['1899-12-31', undefined],
    ['31/01/2027', undefined],
  ])('%s', (text, time) => expect(calendarTime(text)).toBe(time));
});

function read(...lines: readonly string[]) {
  const reader = new ClinicsReader();
  for (const line of lines) reader.take(line);
  return [reader.clinics, reader.mistakes] as const;
}
