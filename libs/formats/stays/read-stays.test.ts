import { describe, expect, it } from '@jest/globals';
import { type Reading, plainReading } from '../input-format.js';
import { type ReadStay, readStays } from './read-stays.js';

const received = Date.UTC(2026, 0, 5, 9);
const read = (body: unknown, reading: Reading = plainReading): readonly ReadStay[] => [
  ...readStays(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), reading, received),
];
const one = (body: unknown, reading?: Reading) => {
  const [first] = read(body, reading);
  return first?.kind === 'accepted' ? first.value[0] : first;
};
const at = (text: string) => Date.parse(text);

describe('stays in Vigie’s own form', () => {
  const own = { id: 'v1', patient_id: '8000001', begin: '2026-01-04T10:00:00+01:00' };

  it('are an object, an array or lines', () => {
    for (const body of [own, [own], `${JSON.stringify(own)}\n`])
      expect(one(body)).toEqual({
        id: 'v1',
        patient: { id: '8000001' },
        clinicId: '',
        beginMs: at('2026-01-04T09:00:00Z'),
        isPlanned: false,
        isCancelled: false,
      });
    expect(read([own, own])).toHaveLength(2);
  });

  it('say when they end, and whether they are planned or did not take place', () => {
    expect(one({ ...own, end: '2026-01-06T10:00:00Z', status: 'finished' })).toMatchObject({ endMs: at('2026-01-06T10:00:00Z') });
    expect(one({ ...own, status: 'planned', authority: 'ipp', clinic_id: 'c' })).toMatchObject({
      isPlanned: true,
      patient: { authority: 'ipp' },
      clinicId: 'c',
    });
    expect(one({ ...own, status: 'cancelled' })).toMatchObject({ isCancelled: true });
  });

  it.each([
    [{ ...own, id: undefined }, 'id'],
    [{ ...own, patient_id: [] }, 'patient_id'],
    [{ ...own, begin: 'monday' }, 'begin'],
    [{ ...own, end: '2026-01-01T00:00:00Z' }, 'end'],
    [{ ...own, status: 'gone' }, 'status'],
    [{ ...own, name: 'MARTIN' }, ''],
    [7, ''],
  ])('are refused by field, and nothing of them is quoted: %j', (body, field) => {
    const [refused] = read(body);
    expect(refused).toMatchObject({ kind: 'rejected', field });
    expect(JSON.stringify(refused)).not.toMatch(/8000001|MARTIN|monday/);
  });
});

describe('stays of FHIR', () => {
  const encounter = {
    resourceType: 'Encounter',
    id: 'e1',
    status: 'in-progress',
    subject: { identifier: { system: 'urn:oid:1.2', value: '8000001' } },
    period: { start: '2026-01-04T09:00:00Z' },
  };
  const appointment = {
    resourceType: 'Appointment',
    id: 'a1',
    status: 'booked',
    start: '2026-01-09T09:00:00Z',
    end: '2026-01-09T09:30:00Z',
    participant: [{ actor: { reference: 'Practitioner/3' } }, { actor: { reference: 'Patient/p1' } }],
  };

  it('are an Encounter with its period, or an Appointment, which is planned', () => {
    expect(one(encounter)).toEqual({
      id: 'Encounter e1',
      patient: { id: '8000001', authority: 'urn:oid:1.2' },
      clinicId: '',
      beginMs: at('2026-01-04T09:00:00Z'),
      isPlanned: false,
      isCancelled: false,
    });
    expect(one(appointment)).toMatchObject({
      patient: { id: 'p1', authority: 'fhir:Patient' },
      isPlanned: true,
      endMs: at('2026-01-09T09:30:00Z'),
    });
    for (const status of ['cancelled', 'noshow', 'entered-in-error'])
      expect(one({ ...appointment, status })).toMatchObject({ isCancelled: true });
    expect(one({ ...encounter, status: 'planned', period: undefined, plannedStartDate: '2026-02-01' })).toMatchObject({
      isPlanned: true,
      endMs: at('2026-02-01T00:00:00Z'),
    });
  });

  it('are one of each patient of a session that several have', () => {
    const [session] = read({
      ...appointment,
      participant: ['Patient/p1', 'Practitioner/3', 'Patient/p2'].map((reference) => ({ actor: { reference } })),
    });
    expect(session?.kind === 'accepted' && session.value.map(({ id, patient }) => [id, patient.id])).toEqual([
      ['Appointment a1', 'p1'],
      ['Appointment a1', 'p2'],
    ]);
  });

  it('come in a Bundle with their patients, of whose numbers the source’s authority counts', () => {
    const patient = {
      resourceType: 'Patient',
      id: 'p1',
      identifier: [
        { system: 'urn:nir', value: '1' },
        { system: 'urn:ipp', value: '8000001' },
      ],
    };
    const bundle = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ resource: patient }, { resource: appointment }, { resource: encounter }],
    };
    const all = read(bundle, { ...plainReading, authorities: ['urn:ipp'] });
    expect(all.map((item) => item.kind === 'accepted' && item.value[0]?.patient)).toEqual([
      undefined,
      { id: '8000001', authority: 'urn:ipp' },
      { id: '8000001', authority: 'urn:oid:1.2' },
    ]);
  });

  const providedBy = (serviceProvider: object) => ({ ...encounter, serviceProvider });

  it('are of the organisation that provides them, or of the clinic of their source', () => {
    expect(one(providedBy({ reference: 'Organization/nord', display: 'North' }))).toMatchObject({ clinicId: 'nord' });
    expect(one(providedBy({ identifier: { system: 'urn:finess', value: '990000001' } }))).toMatchObject({
      clinicId: '990000001',
    });
    expect(
      one(providedBy({ identifier: { value: '990000001' } }), { ...plainReading, clinic: { map: { 990000001: 'nord' } } }),
    ).toMatchObject({ clinicId: 'nord' });
    for (const item of [encounter, appointment, { id: 'v', patient_id: '1', begin: '2026-01-04T09:00:00Z' }])
      expect(one(item, { ...plainReading, clinic: { fixed: 'est' } })).toMatchObject({ clinicId: 'est' });
  });

  it('name their patient inside of them, by its number alone, or by a version', () => {
    const identifier = [
      { use: 'old', system: 'urn:ipp', value: '7' },
      { system: 'urn:ipp', value: '8000001' },
    ];
    const numbered = { id: '8000001', authority: 'urn:ipp' };
    expect(
      one({ ...encounter, contained: [{ resourceType: 'Patient', id: 'p', identifier }], subject: { reference: '#p' } }),
    ).toMatchObject({ patient: numbered });
    expect(one({ ...encounter, subject: { reference: 'Patient?identifier=urn:ipp|8000001' } })).toMatchObject({
      patient: numbered,
    });
    const entry = [
      { resource: { resourceType: 'Patient', id: 'p1', identifier } },
      { resource: { ...encounter, subject: { reference: 'Patient/p1/_history/2' } } },
    ];
    expect(read({ resourceType: 'Bundle', type: 'transaction', entry })[1]).toMatchObject({ value: [{ patient: numbered }] });
  });

  it.each([
    [{ ...encounter, subject: {} }, 'subject'],
    [{ ...encounter, id: undefined }, 'id'],
    [{ ...encounter, period: {} }, 'period'],
    [{ ...appointment, start: 'soon' }, 'start'],
    [{ resourceType: 'Observation' }, 'resourceType'],
  ])('are refused by element: %j', (body, field) => {
    expect(read(body)).toMatchObject([{ kind: 'rejected', field }]);
  });
});

const message = (event: string, pv1 = 'PV1|1|I|W1^^^990000001||||||||||||||||V77|||||||||||||||||||||||||20260104100000') =>
  [
    'MSH|^~\\&|PAS|NORD|VIGIE||20260104101500||ADT^' + event + '^ADT_A01|1|P|2.5',
    'EVN||20260104101500',
    'PID|||8000001^^^IPP&1.2.250.1&ISO^PI~1840775^^^INS||INVENTED^NAME',
    pv1,
  ].join('\r');

describe('messages ADT', () => {
  it('say who stays, in the zone of the source, until a discharge', () => {
    expect(one(message('A01'))).toEqual({
      id: 'ADT NORD V77',
      patient: { id: '8000001' },
      clinicId: '990000001',
      beginMs: at('2026-01-04T09:00:00Z'),
      isPlanned: false,
      isCancelled: false,
    });
    expect(one(message('A03'))).toMatchObject({ endMs: at('2026-01-04T09:15:00Z') });
    expect(one(message('A13'))).not.toHaveProperty('endMs');
    expect(one(message('A11'))).toMatchObject({ isCancelled: true });
    expect(one(message('A05'))).toMatchObject({ isPlanned: true });
    for (const event of ['A28', 'A31', 'A40']) expect(read(message(event))).toEqual([{ kind: 'accepted', value: [] }]);
  });

  it('give the number of the source’s authority where it names some', () => {
    expect(one(message('A01'), { ...plainReading, authorities: ['urn:oid:1.2.250.1'] })).toMatchObject({
      patient: { id: '8000001', authority: 'urn:oid:1.2.250.1' },
    });
  });

  it('are read where they are written in older ways: the number of the patient in PID-2, that of the account in PID-18, the event in EVN-1', () => {
    const old = message('A01', 'PV1|1|I')
      .replace('ADT^A01^ADT_A01', 'ADT')
      .replace('EVN|', 'EVN|A01')
      .replace(/PID.*/, 'PID||8000001|||INVENTED^NAME|||||||||||||A9\rPV1|1|I');
    expect(one(old)).toMatchObject({ id: 'ADT NORD account A9', patient: { id: '8000001' } });
    expect(one(message('A01').replace('V77', '""'))).toMatchObject({ kind: 'rejected', field: 'PV1-19' });
    expect(one(message('A01').replace('8000001^', '""^').replace('~1840775^^^INS', ''))).toMatchObject({
      kind: 'rejected',
      field: 'PID-3',
    });
    const authorities = ['chu.example'];
    expect(one(message('A01').replace('1.2.250.1&ISO', 'chu.example&DNS'), { ...plainReading, authorities })).toMatchObject({
      patient: { id: '8000001', authority: 'chu.example' },
    });
    expect(one(message('A01').replace('W1^^^990000001', 'W\t1'))).toMatchObject({ id: 'ADT NORD V77', clinicId: 'NORD' });
  });

  it('are of the hospital that sends them, so that two may number their visits alike, and patients too', () => {
    const [nord, sud] = [message('A01'), message('A01').replace('|NORD|', '|SUD|').replace('990000001', '')];
    expect([one(nord), one(sud)]).toMatchObject([
      { id: 'ADT NORD V77', clinicId: '990000001' },
      { id: 'ADT SUD V77', clinicId: 'SUD' },
    ]);
    expect(one(nord.replace('V77', 'V77^^^VISITS'))).toMatchObject({ id: 'ADT VISITS V77' });
    const map = { 990000001: 'nord', SUD: 'sud' };
    expect([one(nord, { ...plainReading, clinic: { map } }), one(sud, { ...plainReading, clinic: { map } })]).toMatchObject([
      { clinicId: 'nord' },
      { clinicId: 'sud' },
    ]);
    expect(one(nord, { ...plainReading, clinic: { fixed: 'est' } })).toMatchObject({ clinicId: 'est' });
  });

  it('come as a batch in a file', () => {
    const file = [`FHS|^~\\&|PAS`, `BHS|^~\\&|PAS`, message('A01'), message('A03'), 'BTS|2', 'FTS|1'].join('\r\n');
    expect(read(file).map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
  });

  it('come many in a file, in frames of MLLP or not, behind a byte order mark, and one that is wrong costs only itself', () => {
    const framed = [message('A01'), message('A99'), message('A03')].map((one) => `\u000b${one}\r\u001c\r`).join('');
    const files = [
      framed,
      framed.replaceAll('\r', '\n'),
      framed.replaceAll('\u000b', '').replaceAll('\u001c', ''),
      `\uFEFF${framed}`,
    ];
    for (const file of files) expect(read(file).map(({ kind }) => kind)).toEqual(['accepted', 'rejected', 'accepted']);
    expect(JSON.stringify(read(message('A01', 'PV1|1|I')))).toMatch(/PV1-19/);
    expect(JSON.stringify(read(framed).filter(({ kind }) => kind === 'rejected'))).not.toMatch(/8000001|INVENTED/);
  });
});
