import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { plainReading } from '../input-format.js';
import { metered, WorkMeter } from '../work-meter.js';
import { atnaFormat } from './format.js';

/** How one message may be written: dialect, order, prefix, quotes, blanks, comments, way of writing the patient's number. */
interface Spelling {
  readonly isDicom: boolean;
  readonly prefix: string;
  readonly quote: string;
  readonly gap: string;
  readonly order: readonly number[];
  readonly ampersand: string;
  readonly domains: number;
  readonly systems: number;
  readonly isPersonMarked: boolean;
}

const spelling: fc.Arbitrary<Spelling> = fc.record({
  isDicom: fc.boolean(),
  prefix: fc.constantFrom('', 'atna:', 'ns2:'),
  quote: fc.constantFrom('"', "'"),
  gap: fc.constantFrom('', '\n', '\r\n  ', ' <!-- x --> '),
  order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
  ampersand: fc.constantFrom('&amp;', '&amp;amp;', '&#38;', '&#x26;'),
  domains: fc.integer({ min: 1, max: 5 }),
  systems: fc.integer({ min: 0, max: 3 }),
  isPersonMarked: fc.boolean(),
});

describe('an audit message of ATNA', () => {
  it('is the same access however it is written', () => {
    fc.assert(
      fc.property(spelling, fc.boolean(), (given, isRepeated) => {
        const text = `<?xml version="1.0" encoding="UTF-8"?>\n${message(given, isRepeated)}\n`;
        const payload = { kind: 'text', text, envelope: { receivedMs: 0 } } as const;
        expect(atnaFormat.recognises(payload, plainReading)).toBe(true);
        expect(metered(() => atnaFormat.read(payload, plainReading, new WorkMeter()))).toEqual({
          kind: 'accepted',
          value: {
            timeMs: Date.parse('2027-01-31T07:00:00Z'),
            clinicId: 'nord & sud',
            actorId: 'amartin',
            actorRole: 'HCP',
            action: 'read',
            outcome: 'success',
            patients: [{ id: 'P0', authority: 'urn:oid:1.2.0' }],
            ...(given.systems > 0 && { sourceIp: '192.0.2.7' }),
            application: 'viewer',
          },
        });
      }),
      { numRuns: 300 },
    );
  });
});

function message(given: Spelling, isRepeated: boolean): string {
  const { isDicom, prefix, quote, gap, order, ampersand, domains, systems, isPersonMarked } = given;
  const element = (name: string, attributes: Readonly<Record<string, string>>, inner = '') => {
    const written = Object.entries(attributes).map(([key, value]) => ` ${key}=${quote}${value}${quote}`);
    return `${gap}<${prefix}${name}${written.join('')}>${inner}${gap}</${prefix}${name}>`;
  };
  const coded = (name: string, code: string) => element(name, isDicom ? { 'csd-code': code } : { code });
  const numbers = Array.from({ length: domains }, (_, at) => `P${at}^^^N${at}${ampersand}1.2.${at}${ampersand}ISO`);
  const patients = isRepeated ? [numbers.join('~')] : numbers;
  const system = element(
    'ActiveParticipant',
    {
      UserID: 'XDS|REPO',
      AlternativeUserID: '9',
      UserIsRequestor: 'true',
      NetworkAccessPointID: '192.0.2.7',
      NetworkAccessPointTypeCode: '2',
    },
    coded('RoleIDCode', '110152'),
  );
  const person = element(
    'ActiveParticipant',
    { UserID: 'amartin', UserIsRequestor: String(isPersonMarked) },
    coded('RoleIDCode', 'HCP'),
  );
  const parts = [
    element(
      'EventIdentification',
      { EventActionCode: 'R', EventDateTime: '2027-01-31T08:00:00', EventOutcomeIndicator: '0' },
      coded('EventID', '110110'),
    ),
    system.repeat(systems) + person,
    element('AuditSourceIdentification', { AuditSourceID: 'viewer', AuditEnterpriseSiteID: 'nord &amp; sud' }),
    patients
      .map((id) =>
        element('ParticipantObjectIdentification', {
          ParticipantObjectID: id,
          ParticipantObjectTypeCode: '1',
          ParticipantObjectTypeCodeRole: '1',
        }),
      )
      .join(''),
  ];
  return element('AuditMessage', {}, order.map((at) => parts[at] ?? '').join('')).trim();
}
