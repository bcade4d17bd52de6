import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { askableNames, fieldNames, kindOf, type Field } from './fields.js';
import { namesElsewhere, unknownField } from './field-hints.js';

const hinted = (name: string): string => unknownField(name).split(': write ')[1] ?? '';

describe('the hint for an unknown field', () => {
  it.each([
    ['User', 'actor_id'],
    ['user.name', 'actor_id'],
    ['actor.user.uid', 'actor_id'],
    ['TargetUserName', 'actor_id'],
    ['agent.who.identifier.value', 'actor_id'],
    ['winlog.event_data.TargetUserName', 'actor_id'],
    ['IpAddress', 'source_ip'],
    ['src_endpoint.ip', 'source_ip'],
    ['client.ip', 'source_ip'],
    ['agent.network.address', 'source_ip'],
    ['host.name', 'device'],
    ['ComputerName', 'device'],
    ['event.action', 'action'],
    ['activity_name', 'action'],
    ['event.outcome', 'outcome'],
    ['status_id', 'outcome'],
    ['EventID', 'action'],
    ['event.id', 'event_id'],
    ['metadata.uid', 'event_id'],
    ['@timestamp', 'time'],
    ['recorded', 'time'],
    ['entity.what.reference', 'patient_id'],
    ['patient.reference', 'patient_id'],
    ['purposeOfEvent', 'purpose'],
    ['user_agent.original', 'user_agent'],
    ['LogonType', 'auth'],
    ['session.id', 'session_id'],
    ['organization.id', 'group_id'],
    ['user.roles', 'actor_role'],
    ['patientId', 'patient_id'],
    ['devise', 'device'],
    ['acton', 'action'],
    ['actor', 'actor_id'],
    ['clinik_id', 'clinic_id'],
    ['emergancy', 'emergency'],
  ])('%s is %s', (name, field) => {
    expect(hinted(name)).toBe(field);
  });

  it('is none for the other end, whatever it is called: accesses have the address that they come from alone', () => {
    const ends = ['destination', 'dest', 'dst', 'server', 'target'];
    const names = ends.flatMap((end) =>
      ['ip', 'address', 'port', 'ipv6', 'nat.ip', 'endpoint.ip'].flatMap((what) => [
        `${end}.${what}`,
        `${end}_${what}`,
        `${end}${what}`,
        `log.data.${end}.${what}`,
        `${end}-${what}`.toUpperCase(),
      ]),
    );
    for (const name of [
      ...names,
      'source.port',
      'SourcePort',
      'src_endpoint.port',
      'observer.ip',
      's-ip',
      'c-port',
      'dst',
      'port',
    ])
      expect([name, unknownField(name)]).toEqual([
        name,
        expect.stringContaining(': there is no such field, since an access has the address that it comes from'),
      ]);
    for (const name of ['export', 'transport', 'report', 'source.ip.report']) expect(unknownField(name)).toContain(': write ');
  });

  it('knows each name elsewhere once, in any spelling', () => {
    const all = Object.entries(namesElsewhere).flatMap(([field, names]) =>
      names.split(' ').map((name) => [name, field] as const),
    );
    expect(new Set(all.map(([name]) => name)).size).toBe(all.length);
    for (const [name, field] of all)
      for (const spelt of [name, name.toUpperCase(), `${name.slice(0, 2)}_${name.slice(2)}`, `log.data.${name}`])
        expect([spelt, hinted(spelt)]).toEqual([spelt, field]);
  });

  it('never names a field that may not be asked, whatever is written', () => {
    const asked = fieldNames.filter((name) => kindOf(name as Field) !== 'arrival');
    expect(askableNames).toEqual(asked);
    const piece = fc.constantFrom('key', 'received', 'at', 'time', 'claimed', 'id', '_', '.', 'arrival', 'ip', '');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece).map((pieces) => pieces.join('')),
          fc.string(),
        ),
        (name) => {
          for (const one of hinted(name.replaceAll(': write ', '')).split(/, | or /)) expect(asked).toContain(one);
        },
      ),
    );
  });
});
