import { describe, expect, it } from '@jest/globals';
import type { CareTouch } from '#libs/contracts/care/care-fact.js';
import { accessRow, type AccessRow } from '#libs/contracts/access-row.js';
import { aMonday, anAccessRow, aPatient } from '#libs/testkit/builders.js';
import { DayCalendar } from '#libs/formats/times/day-calendar.js';
import { CareMemory } from './care-memory.js';
import { networkOf } from './network.js';
import { stampText } from './stamp.js';
import { stampRows } from './stamp-rows.js';

const hour = 3_600_000;

describe('the stamp of an event', () => {
  it('follows the other fields in the order of the contract, and as text is the same', () => {
    const { event } = hospital();
    const [row = anAccessRow()] = event([{ source_ip: '192.0.2.7', patient_id: aPatient(1) }, { patient_id: aPatient(2) }]);
    expect(accessRow.parse(row)).toEqual(row);
    expect(Object.keys(row)).toEqual(Object.keys(accessRow.shape).filter((key) => key in row));
    const { care_link, event_patients, ...before } = row;
    const text = stampText({ ...(care_link && { care_link }) }, event_patients ?? 0, undefined);
    expect(JSON.stringify(before).slice(0, -1) + text + '}').toBe(JSON.stringify(row));
  });

  it('says through how many others the patient is known, to whom it is known already, and to nobody', () => {
    const { link } = hospital();
    expect(link('a', 0)).toBe('none');
    expect(link('b', 1)).toBe('single');
    expect(link('a', 2)).toBe('single');
    expect(link('c', 3)).toBe('several');
    expect(link('a', 24)).toBe('own');
    expect(link('d', 24 * 6)).toBe('none');
  });

  it.each<[string, Partial<AccessRow>]>([
    ['a service account', { actor_kind: 'service' }],
    ['an emergency', { emergency: true }],
    ['a refused access', { outcome: 'failure' }],
  ])('of %s makes nobody known', (_, over) => {
    const { event, link } = hospital();
    event([{ actor_id: 'z', ...over }]);
    expect(link('b', 1)).toBe('none');
  });

  it('of a list of four makes nobody known, and of three does', () => {
    const { event, link } = hospital();
    event([1, 2, 3, 4].map((n) => ({ actor_id: 'z', patient_id: aPatient(n) })));
    expect(link('b', 1)).toBe('none');
    event([1, 2, 3].map((n) => ({ actor_id: 'y', patient_id: aPatient(n) })));
    expect(link('c', 1)).toBe('single');
  });

  it('that comes hours late says nobody only where something of the hour before was known in time', () => {
    const { event } = hospital();
    const late = (actor_id: string, atMs: number, patient: number) => {
      const received_at = new Date(aMonday + 9 * hour).toISOString();
      return event([{ actor_id, patient_id: aPatient(patient), received_at }], atMs)[0]?.care_link;
    };
    event([{ actor_id: 'z', patient_id: aPatient(1) }], hour);
    // An outage from the second hour on: what comes afterwards cannot know whom others met meanwhile.
    expect([late('a', 1.5 * hour, 2), late('b', 1.5 * hour, 1)]).toEqual(['none', 'single']);
    expect([late('a', 4 * hour, 2), late('b', 4 * hour, 1)]).toEqual([undefined, undefined]);
    event([{ actor_id: 'y', patient_id: aPatient(1) }], 5 * hour);
    expect([late('a', 5.5 * hour, 2), late('b', 5.5 * hour, 1)]).toEqual(['none', 'several']);
  });

  it('knows a clinic and a network from the days before, and on a first day all', () => {
    const { event } = hospital();
    const at = (day: number, clinic_id: string, source_ip: string) => event([{ clinic_id, source_ip }], day * 24 * hour)[0];
    expect(at(0, 'c1', '192.0.2.1')).not.toHaveProperty('own_clinic');
    for (let day = 1; day < 4; day += 1) expect(at(day, 'c1', '192.0.2.200')).not.toHaveProperty('new_network');
    expect(at(4, 'c2', '203.0.113.1')).toMatchObject({ own_clinic: false, new_network: true });
    expect(at(5, 'c2', '203.0.113.9')).not.toHaveProperty('own_clinic');
    expect(at(6, 'c2', '203.0.113.9')).not.toHaveProperty('new_network');
  });

  it('knows a network of the house from three accounts on', () => {
    const { event } = hospital();
    for (const actor_id of ['a', 'b', 'c']) event([{ actor_id, source_ip: '192.0.2.1' }]);
    const [row] = event([{ actor_id: 'd', source_ip: '192.0.2.99' }], 24 * hour);
    expect(row).toMatchObject({ house_network: true });
    expect(event([{ actor_id: 'd', source_ip: '198.51.100.1' }], 24 * hour)[0]).not.toHaveProperty('house_network');
  });

  it('finds a patient through both pseudonyms while keys overlap, and through the newer alone afterwards', () => {
    const { event, linkOf } = hospital();
    event([{ actor_id: 'z', patient_id: aPatient('old') }]);
    expect(linkOf('b', hour, { patient_id: aPatient('new'), former_id: aPatient('old') })).toBe('single');
    expect(linkOf('c', 2 * hour, { patient_id: aPatient('new') })).toBe('single');
  });
});

describe('the network of an address', () => {
  it.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['::ffff:192.0.2.77', '192.0.2.0/24'],
    ['2001:DB8:1:2::3', '2001:db8:1::/48'],
    ['2001:db8::1', '2001:db8:0::/48'],
    ['2001:0db8:0001:0:0:0:0:1', '2001:db8:1::/48'],
    ['fe80::1%eth0', 'fe80:0:0::/48'],
    ['::1', '0:0:0::/48'],
    ['256.1.1.1', ''],
    ['pc-12', ''],
    ['1::2::3', ''],
    ['', ''],
  ])('%s lies in %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

function hospital() {
  const memory = new CareMemory(new DayCalendar('Europe/Paris'));
  const tools = {
    memory,
    isService: (_group: string, _actor: string, kind: string | undefined) => kind === 'service',
    tell: (touch: CareTouch) => memory.take(touch),
  };
  const event = (rows: readonly Partial<AccessRow>[], atMs = 0) => {
    const time = new Date(aMonday + atMs).toISOString();
    memory.advance(aMonday + atMs);
    return stampRows(
      rows.map((row) => anAccessRow({ time, received_at: time, ...row })),
      tools,
    );
  };
  const linkOf = (actor_id: string, atMs: number, row: Partial<AccessRow>) => event([{ actor_id, ...row }], atMs)[0]?.care_link;
  const link = (actor: string, hours: number) => linkOf(actor, hours * hour, { patient_id: aPatient(1) });
  return { event, link, linkOf };
}
