import { describe, expect, it } from '@jest/globals';
import { plainReading } from '../input-format.js';
import { recordsOf } from '../read/records.js';
import { readOne, reads } from '../read/reads.fixture.js';

const columns = { time: 'Date', actor_id: 'Utilisateur', patient_id: 'IPP', action: 'Type', clinic_id: 'Site' };
const heading = 'Date;Utilisateur;IPP;Type;Site';

const row = (type: string) => `${heading}\n2026-11-28 09:00;amartin;4711;${type};Nord\n`;

const outcomesOf = (text: string, named: Readonly<Record<string, string>>) =>
  [...recordsOf(Buffer.from(text), { receivedMs: 0 }, { ...plainReading, columns: named })].map(({ outcome }) => outcome);

const dayAndTime = (time: string) => `Date;Heure;Utilisateur;IPP\n11/28/2026;${time};amartin;4711\n`;

const record = (u: string, p: string) => `{"t":"2026-11-28T08:00:00Z","u":${u},"p":${p}}`;

const numbered = { actor_id: 'amartin' };

describe('any table, by the columns that its source names', () => {
  it('is read in the zone of its source', () => {
    expect(readOne(`${heading}\n28/11/2026 09:00;amartin;4711;Consultation;Nord\n`, { columns })).toEqual({
      timeMs: Date.UTC(2026, 10, 28, 8),
      actorId: 'amartin',
      clinicId: 'Nord',
      action: 'read',
      outcome: 'unknown',
      patients: [{ id: '4711' }],
    });
  });

  it.each([
    ['as JSON with fields inside of others', { when: 1764316800, who: { login: 'amartin' }, 'x.y': 4711 }],
    ['with fields that have points in their names', { when: '2025-11-28T08:00:00Z', 'who.login': 'amartin', x: { y: ['4711'] } }],
  ])('or any record, %s', (_, record) => {
    const places = { timeMs: 'when', actorId: 'who.login', patients: 'x.y' };
    expect(readOne(record, { columns: places })).toMatchObject({
      actorId: 'amartin',
      patients: [{ id: '4711' }],
      action: 'read',
    });
  });

  it.each(['8,00E+06', '8.0000001E+12', '1E+14', '########', '8,001,234', '12,500', '801,234.00'])(
    'tells nobody by %s, which a spreadsheet made of a number',
    (number) => {
      const event = readOne(`${heading}\n2026-11-28 09:00;amartin;${number};Consultation;Nord\n`, { columns });
      expect(event).toMatchObject({ patients: [], unreadablePatients: ['IPP'] });
    },
  );

  it.each([
    ['hundreds of nanoseconds since 1601', 134_084_448_001_200_000, Date.UTC(2025, 10, 24, 8, 0, 0, 120)],
    ['a number of days', 46_356.25, 'bad_time'],
    ['a zero', 0, 'bad_time'],
  ])('takes as the time of a record in JSON %s', (_, t, expected) => {
    const [read] = reads({ t, u: 'amartin' }, { columns: { time: 't', actor_id: 'u' } });
    expect(typeof read === 'object' ? read.timeMs : read).toBe(expected);
  });

  describe('of numbers whose last digits JSON has lost', () => {
    const big = '90071992547409931';
    const places = { time: 't', actor_id: 'u', patient_id: 'p' };

    it.each([
      ['itself', big],
      ['in an object', `{"id":${big}}`],
      ['beside another', `[4711,${big}]`],
    ])('tells no patient by one, %s', (_, p) => {
      expect(readOne(record('"amartin"', p), { columns: places }).unreadablePatients).toEqual(['p']);
    });

    it('takes no account by one, since two accounts would be one', () => {
      expect(reads(record(big, '4711'), { columns: places })).toEqual(['bad_number']);
    });

    it('takes both as text', () => {
      const event = readOne(record(`"${big}"`, `"${big}"`), { columns: places });
      expect(event).toMatchObject({ actorId: big, patients: [{ id: big }] });
    });
  });

  it('takes no row in which two columns of one name that it asks for hold different values', () => {
    const text = `Date;Utilisateur;IPP;Note;IPP;Note\n2026-11-28 09:00;amartin;1;x;1;y\n2026-11-28 09:00;amartin;1;x;2;x\n`;
    const [same, other] = outcomesOf(text, columns);
    expect(same).toMatchObject({ value: { patients: [{ id: '1' }] } });
    expect(other).toMatchObject({ reason: 'repeated_key' });
  });

  it('needs no configuration where the columns have the names of Vigie', () => {
    const text =
      'time,clinic_id,actor_id,patient_ids,action,emergency,record_count\n2026-11-28T08:00:00Z,nord,amartin,1;2,export,true,40\n';
    expect(readOne(text)).toMatchObject({
      patients: [{ id: '1' }, { id: '2' }],
      action: 'export',
      emergency: true,
      recordCount: 40,
    });
  });

  it('takes words as its source says, or as they are usual, and refuses others, so that a slip is seen on the first day', () => {
    const values = { action: { F43: 'print', '*': 'other' } };
    expect(readOne(row('F43'), { columns, values }).action).toBe('print');
    expect(readOne(row('F44'), { columns, values }).action).toBe('other');
    expect(readOne(row('Impression'), { columns }).action).toBe('print');
    expect(reads(row('F44'), { columns })).toEqual(['unknown_word']);
    expect(readOne(row(''), { columns }).action).toBe('read');
  });

  it('takes days and months as its source writes them', () => {
    const text = `${heading}\n11/12/2026 09:00;amartin;4711;Consultation;Nord\n`;
    expect(readOne(text, { columns }).timeMs).toBe(Date.UTC(2026, 11, 11, 8));
    expect(readOne(text, { columns, timeFormat: 'MM/dd/yyyy HH:mm' }).timeMs).toBe(Date.UTC(2026, 10, 12, 8));
    expect(readOne({ ...numbered, t: 45_989.5 }, { columns: { time: 't' }, timeFormat: 'excel' }).timeMs).toBe(
      Date.UTC(2025, 10, 28, 11),
    );
  });

  it('keeps other columns for those that are let in by name', () => {
    const text = `${heading};ward\n2026-11-28 09:00;amartin;4711;Consultation;Nord;3B\n`;
    expect(readOne(text, { columns }).extra).toEqual({ ward: '3B' });
  });

  it('counts a patient with two numbers once, and several patients each', () => {
    const text = 'time,actor_id,IPP,INS\n2026-11-28T08:00:00Z,amartin,"1,2","184127645108946,284127645108946"\n';
    const both = { 'patient_id|ipp': 'IPP', 'patient_id|ins': 'INS' };
    expect(readOne(text, { columns: both, authorities: ['ipp'] }).patients).toEqual([
      { id: '1', authority: 'ipp' },
      { id: '2', authority: 'ipp' },
    ]);
    expect(readOne(text, { columns: both, authorities: ['ins'] }).patients).toMatchObject([
      { authority: 'ins' },
      { authority: 'ins' },
    ]);
  });

  it('takes the place with the most patients where places differ, so that nobody is missing', () => {
    const text = 'time,actor_id,IPP,INS\n2026-11-28T08:00:00Z,amartin,"1,2",184127645108946\n';
    const both = { 'patient_id|ipp': 'IPP', 'patient_id|ins': 'INS' };
    expect(readOne(text, { columns: both, authorities: ['ins'] }).patients.map(({ id }) => id)).toEqual(['1', '2']);
  });

  it.each(['null', 'None', 'nan', '<NA>', 'NaT', 'undefined', '-', '.', '0', '0000', '-1', '<none>', '[null]', 'inconnu'])(
    'takes %s for no patient',
    (nothing) => {
      expect(readOne(`${heading}\n2026-11-28 09:00;amartin;${nothing};Consultation;Nord\n`, { columns })).toMatchObject({
        patients: [],
      });
      expect(readOne(`${heading}\n2026-11-28 09:00;amartin;${nothing},4711;Consultation;Nord\n`, { columns })).toMatchObject({
        patients: [{ id: '4711' }],
      });
    },
  );

  it.each([
    ['4711.0', ['4711']],
    ['4711,0', ['4711']],
    ['4711,00', ['4711']],
    ["'004711", ['004711']],
    ['4711.0,4712.0', ['4711', '4712']],
    ['4711,4712', ['4711', '4712']],
    ['8001234,001', ['8001234', '001']],
    ['8 001 234', ['8001234']],
    ['8\u202F001\u202F234', ['8001234']],
    ['8\u00A0001\u00A0234,00', ['8001234']],
    ["8'001'234", ['8001234']],
    ['943 476 5919', ['943 476 5919']],
    ['4711.5', ['4711.5']],
    ["'4711A", ["'4711A"]],
    ['10', ['10']],
    ['none-12', ['none-12']],
    ['8001234|8001235', ['8001234', '8001235']],
    ['8001234 / 8001235/8001236', ['8001234', '8001235', '8001236']],
    ['8001234 8001235', ['8001234', '8001235']],
    ['urn:oid:1.2.3|8001234', ['8001234']],
    ['750300123|8001234', ['8001234']],
    ['850101/1234', ['850101/1234']],
    ['{8001234,8001235}', ['8001234', '8001235']],
    ['{"A-1","A-2"}', ['A-1', 'A-2']],
    ['["A-1", "A-2"]', ['A-1', 'A-2']],
    ["'8001234','8001235'", ['8001234', '8001235']],
    ["'A-1'", ['A-1']],
    ['Anonyme', []],
  ])('reads the number that a program has written as %s', (text, ids) => {
    const event = readOne(`${heading}\n2026-11-28 09:00;amartin;${text};Consultation;Nord\n`, { columns });
    expect(event.patients.map(({ id }) => id)).toEqual(ids);
  });

  it.each([
    ['1234', 1234],
    ['1 234', 1234],
    ['1\u202F234\u202F567', 1_234_567],
    ['1\u00A0234', 1234],
    ["12'500", 12_500],
    ['12,500', 12_500],
    ['12.500', 12_500],
    ['1500,0', 1500],
    ['1500.00', 1500],
    ['12 500,00', 12_500],
    ['1.000', 1],
    ['12,5', undefined],
    ['1 23', undefined],
    ['1,234.567', undefined],
    ['many', undefined],
    ['-5', undefined],
  ])('counts %s records as people and spreadsheets write them', (text, recordCount) => {
    const event = readOne(`Date;Utilisateur;Nombre\n2026-11-28 09:00;amartin;${text}\n`, {
      columns: { ...columns, record_count: 'Nombre' },
    });
    expect(event.recordCount).toBe(recordCount);
  });

  it.each([
    ['28/11/2026', '09:05:07', '08:05:07'],
    ['28/11/2026', '9h05', '08:05:00'],
    ['28/11/2026 00:00:00', '09:05:07', '08:05:07'],
    ['28/11/2026 00:00', '30/12/1899 09:05:07', '08:05:07'],
    ['2026-11-28T00:00:00.000', '1900-01-01 09:05:07', '08:05:07'],
    ['20261128', '090507', '08:05:07'],
    ['28/11/2026', '905', '08:05:00'],
    ['46354', '0,5', '11:00:00'],
    ['28/11/2026', '', '23:00:00'],
  ])('joins a day and a time of day that stand in two columns: %s and %s', (day, time, expected) => {
    const text = `Date;Heure;Utilisateur;IPP\n${day};${time};amartin;4711\n`;
    const { timeMs } = readOne(text, { columns: { ...columns, time_of_day: 'Heure' } });
    expect(new Date(timeMs).toISOString().slice(11, 19)).toBe(expected);
  });

  it('joins them by the format of the source, and refuses what makes no time', () => {
    const both = { ...columns, time_of_day: 'Heure' };
    expect(readOne(dayAndTime('09.05 AM'), { columns: both, timeFormat: 'MM/dd/yyyy hh.mm a' }).timeMs).toBe(
      Date.UTC(2026, 10, 28, 8, 5),
    );
    expect(reads(dayAndTime('noon'), { columns: both })).toEqual(['bad_time']);
    expect(reads('Date;Heure;Utilisateur;IPP\n;09:05;amartin;4711\n', { columns: both })).toEqual(['missing_field']);
  });

  it.each([
    ['that have a name and a value each', 'Site;nord\nDate;28/11/2026\n\n'],
    ['that are filled up to the width of the table', 'Etablissement;CH Nord;;;\nPériode;du 1er;au 28;;\n;;;;\n'],
    ['that look like names and values', 'Site: nord, Date: 28/11/2026\n'],
    ['that are sentences with commas', 'Journal des accès, édité le 28/11/2026, par le service\n'],
    ['below what names the delimiter', 'sep=;\nJournal;des accès\n'],
  ])('finds its heading by the columns below lines %s', (_, over) => {
    const named = { time: 'Date', actor_id: 'Agent', patient_id: 'IPP', clinic_id: 'Site' };
    const text = `${over}Date;Agent;IPP;Site;Motif\n2026-11-28 08:00;amartin;4711;nord;\n`;
    expect(outcomesOf(text, named)).toMatchObject([
      { kind: 'accepted', value: { actorId: 'amartin', patients: [{ id: '4711' }] } },
    ]);
  });

  it('finds its heading below the title of a report, and columns whose names are composed or spaced in another way', () => {
    const named = { ...columns, time: 'Date accès' };
    const row = '28/11/2026 09:00;amartin;4711;Consultation;Nord\n';
    const names = 'Date accès;Utilisateur;IPP;Type;Site';
    for (const text of [
      `Accès du 28/11/2026\n\n${names}\n${row}`,
      `Accès;;;;\n;;;;\n${names}\n${row}`,
      `${names.normalize('NFD')}\n${row}`,
      `${names.replace(' ', '\u00A0')}\n${row}`,
      `"Export, du 28"\n${names}\n${row}`,
    ])
      expect(outcomesOf(text, named)).toMatchObject([
        { kind: 'accepted', value: { patients: [{ id: '4711' }], clinicId: 'Nord' } },
      ]);
    for (const text of [`${'title\n'.repeat(9)}${names}\n${row}`, 'title\n'])
      expect(outcomesOf(text, named)).toMatchObject([{ kind: 'rejected', reason: 'bad_heading' }]);
  });

  it('takes rows without a patient, and logins of a table that has no column of patients', () => {
    expect(readOne('Date;Utilisateur;IPP;Type\n2026-11-28 09:00;amartin;;Consultation\n', { columns }).patients).toEqual([]);
    expect(readOne('Date;Utilisateur;Site;Type\n2026-11-28 09:00;amartin;nord;Connexion\n', { columns }).action).toBe('login');
  });

  it('takes a number that a connector has packed', () => {
    const places = { time: 'AT', actor_id: 'LOGIN', patient_id: 'IPP' };
    const of = (value: unknown) => readOne({ AT: 1764316800000, LOGIN: 'amartin', IPP: value }, { columns: places }).patients;
    expect(of({ scale: 0, value: 'ehJ6' })).toEqual([{ id: '8000122' }]);
    expect(of({ scale: 0, value: 'AP8=' })).toEqual([{ id: '255' }]);
    expect(of({ scale: 0, value: 'not base64' })).toEqual([{ id: 'not base64' }]);
  });

  it.each([
    ['no time', 'Date;Utilisateur;IPP\n;amartin;1\n', 'missing_field'],
    ['no account', 'Date;Utilisateur;IPP\n2026-11-28 09:00;;1\n', 'missing_field'],
    ['no such time', 'Date;Utilisateur;IPP\n31/02/2026 09:00;amartin;1\n', 'bad_time'],
    ['no column of patients', 'Date;Utilisateur;N° IPP;Type\n2026-11-28 09:00;amartin;4711;Consultation\n', 'missing_column'],
    ['a cell too few', 'Date;Utilisateur;IPP\n2026-11-28 09:00;amartin\n', 'column_count'],
  ])('refuses a row with %s', (_, text, reason) => expect(reads(text, { columns })).toEqual([reason]));
});
