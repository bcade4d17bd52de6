import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import type { AccessEvent } from '../../event.js';
import { plainReading } from '../../input-format.js';
import { isObject } from '../../json/parse-item.js';
import { readRecord } from '../../read/read-payload.js';
import { eventLineOf } from '../../vigie/event-line.js';
import { parseBundle } from '../bundle.js';
import type { Targets } from '../targets.js';
import { access, national, readings, records, type Told, usual } from './audit-events.fixture.js';
import { entriesByShape } from './entries.js';
import { KnownShapes } from './known-shapes.js';

describe('the entries of a Bundle that are much alike', () => {
  it('are all known by the first of them, whatever differs from one event to the next', () => {
    const text = bundleOf(
      Array.from({ length: 40 }, (_, index) =>
        access({ ...usual, id: `a${index}`, patient: `80${index}`, account: `u${index % 7}` }),
      ),
    );
    const shaped = entriesByShape(text, readerOf())?.map((entry) => entry.shaped?.line);
    expect(shaped?.[0]).toBeUndefined();
    expect(shaped?.slice(1)).toEqual(linesOf(text).slice(1));
    expect(shaped?.slice(1)).not.toContain(undefined);
  });

  it('are known of an earlier Bundle that was read in the same way', () => {
    const known = new KnownShapes();
    entriesByShape(bundleOf([access(usual)]), readerOf(), known);
    const later = entriesByShape(
      bundleOf([access({ ...usual, id: 'b', patient: '99', at: '2026-11-30T23:59:59.999+01:00' })]),
      readerOf(),
      known,
    );
    expect(later?.[0]?.shaped?.line).toContain('"time":"2026-11-30T22:59:59.999Z"');
    expect(later?.[0]?.shaped?.line).toContain('"patient_ids":["99"]');
  });

  it('say what their readers say, whatever stands in them', () => {
    fc.assert(
      fc.property(fc.constantFrom(...readings), fc.array(records, { minLength: 1, maxLength: 3 }), (authorities, bundles) => {
        const known = new KnownShapes();
        for (const bundle of bundles) agrees(bundleOf(bundle.map(access)), authorities, known);
      }),
      { numRuns: casesOf(150, 5_000) },
    );
  });

  const gematik = { patient: undefined, number: 'X1', numbering: 'https://gematik.de/fhir/sid', role: '4' };
  const sameSystem = { numbering: 'fhir:Patient', number: '5', patient: '6' };
  it.each<[string, Partial<Told>, Partial<Told>]>([
    ['the account has the number of the patient', {}, { account: '0800001', patient: '800001' }],
    ['the account has the number of a person', {}, { account: national }],
    ['the name of the account is the number of a person', { name: 'Dr Martin' }, { name: national }],
    [
      'the name of what was opened is a number of an insurance',
      { ...gematik, entityName: 'Bilan' },
      { entityName: 'A123456789' },
    ],
    ['the end of a transfer has no name', { agentType: '110153', name: 'Dr Martin' }, { name: ' ' }],
    ['the end of a transfer has one number in two places', { agentType: '110153', altId: '12', name: 'x' }, { account: '12' }],
    ['an identifier goes before the id of its server', sameSystem, { number: '7' }],
    ['of two identifiers another goes first', { patient: undefined, number: '5', second: '6' }, { number: '7' }],
    ['a time does not exist', {}, { at: '2026-02-29T08:00:00.000Z' }],
  ])('say what their readers say, too, where of one %s', (_, first, second) => {
    const records = [{ id: 'a1' }, { id: 'a2' }, { ...second, id: 'a3' }, { id: 'a4' }];
    agrees(bundleOf(records.map((record) => access({ ...usual, ...first, ...record }))), [], new KnownShapes());
  });

  it('are left to the parser where one has a field twice', () => {
    const text = bundleOf([access(usual), access({ ...usual, id: 'a2' })]);
    expect(entriesByShape(text, readerOf())).toHaveLength(2);
    for (const field of ['"resource":{', '"who":{"identifier":{'])
      expect(entriesByShape(text.replaceAll(field, `${field}"value":"q","system":"s","value":"p",`), readerOf())).toBeUndefined();
  });

  it('are those of the parser, however a Bundle is written or broken', () => {
    const known = new KnownShapes();
    entriesByShape(bundleOf([access(usual), access({ ...usual, encounter: 'E1' })]), readerOf(), known);
    fc.assert(
      fc.property(records, fc.boolean(), fc.array(change, { maxLength: 3 }), (bundle, pretty, changes) => {
        let text = bundleOf(bundle.map(access), pretty ? 2 : undefined);
        for (const { at, field, cut, put } of changes) {
          const from = text.indexOf(field, Math.floor(at * text.length));
          if (from < 0) continue;
          text = text.slice(0, from) + put + text.slice(from + cut);
        }
        agrees(text, [], known);
      }),
      { numRuns: casesOf(300, 10_000) },
    );
  });

  it.each([
    ['refers to another of its Bundle', { fullUrl: 'urn:uuid:1', reference: 'urn:uuid:1' }],
    ['is no AuditEvent', { fullUrl: 'https://x.example/Encounter/1', type: 'Encounter' }],
  ])('are left to the parser where one %s', (_, odd) => {
    const one = { fullUrl: odd.fullUrl, resource: { ...access(usual), ...('type' in odd && { resourceType: odd.type }) } };
    const other = access({ ...usual, ...('reference' in odd && { encounter: undefined }) });
    const entry = [
      one,
      { resource: 'reference' in odd ? { ...other, entity: [{ what: { reference: odd.reference } }] } : other },
    ];
    expect(entriesByShape(JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }), readerOf())).toBeUndefined();
  });

  it('of a transaction are left to the parser, since it is taken whole or not at all', () => {
    const entry = [{ resource: access(usual) }];
    for (const type of ['transaction', ' transaction'])
      expect(entriesByShape(JSON.stringify({ resourceType: 'Bundle', type, entry }), readerOf())).toBeUndefined();
  });

  it('are left to the parser where a Bundle is of many kinds of records', () => {
    const records = Array.from({ length: 40 }, (_, index) => ({ ...access(usual), outcomeDesc: `nothing is like ${index}` }));
    expect(entriesByShape(bundleOf(records), readerOf())).toBeUndefined();
  });
});

const parts = [
  '',
  ' ',
  '\n',
  '"',
  '\\',
  ',',
  '}',
  ']',
  '{',
  '[',
  ':',
  '0',
  'x',
  '\\u0061',
  ',"id":"a9"',
  '"id":"a9",',
  '"recorded":"2026-11-28T09:00:00Z",',
  '"resourceType":"Patient",',
  '{"resource":{}},',
  '"__proto__":1,',
  '\u0000',
  '"type":"transaction",',
];
/** Somewhere in a text, or where a field may stand. */
const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  field: fc.constantFrom('', '"id":', '"recorded":', '"who":{', '"resource":{', '"entry":'),
  cut: fc.constantFrom(0, 0, 0, 1, 5),
  put: fc.constantFrom(...parts),
});

function bundleOf(resources: readonly object[], indent?: number): string {
  const entry = resources.map((resource) => ({ resource, request: { method: 'POST', url: 'AuditEvent' } }));
  return JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }, undefined, indent);
}

function readerOf(authorities: readonly string[] = [], beside?: Targets): (resource: unknown) => AccessEvent | undefined {
  return (value) => {
    const payload = { kind: 'json', value, envelope: { receivedMs: 0 }, ...(beside && { beside }) } as const;
    const { outcome } = readRecord(payload, { ...plainReading, format: 'fhir', authorities });
    return outcome.kind === 'accepted' ? outcome.value : undefined;
  };
}

/** The events of a Bundle as the parser and the readers have them. */
function eventsOf(text: string, authorities: readonly string[] = []): readonly (AccessEvent | undefined)[] {
  const bundle = parseBundle(JSON.parse(text));
  if (bundle.kind === 'rejected') throw new Error(bundle.detail);
  return bundle.value.resources.map(readerOf(authorities, bundle.value.targets));
}

function linesOf(text: string): readonly (string | undefined)[] {
  return eventsOf(text).map((event) => event && eventLineOf(event));
}

/** Whatever is taken without the parser is what the parser gives. */
function agrees(text: string, authorities: readonly string[], known: KnownShapes): void {
  const entries = entriesByShape(text, readerOf(authorities), known);
  if (!entries) return;
  const events = eventsOf(text, authorities);
  expect(entries).toHaveLength(events.length);
  for (const [index, { start, end, shaped }] of entries.entries()) {
    const [event, entry] = [events[index], JSON.parse(text.slice(start, end)) as unknown];
    if (!shaped) {
      expect(isObject(entry) && readerOf(authorities)(entry['resource'])).toEqual(event);
      continue;
    }
    expect(shaped.line).toBe(event && eventLineOf(event));
    expect(shaped.of.clinicId).toBe(event?.clinicId);
    expect(shaped.of.patients.map(({ authority }) => authority)).toEqual(event?.patients.map(({ authority }) => authority));
  }
}
