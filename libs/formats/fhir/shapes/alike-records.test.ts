import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import type { AccessEvent } from '../../event.js';
import { plainReading, type Reading } from '../../input-format.js';
import { recordsOf } from '../../read/records.js';
import { readPayload } from '../../read/read-payload.js';
import { eventLineOf } from '../../vigie/event-line.js';
import { AlikeRecords } from './alike-records.js';
import { access, readings, records, type Told, usual } from './audit-events.fixture.js';
import { shapeOf } from './learn.js';
import { walk } from './walk.js';

const envelope = { receivedMs: Date.UTC(2026, 10, 30, 12) };

describe('AuditEvents that come one by one', () => {
  it('are all known by the first of them, whatever differs from one event to the next', () => {
    const lines = Array.from({ length: 40 }, (_, index) =>
      textOf({ id: `a${index}`, patient: `80${index}`, account: `u${index % 7}`, at: `2026-11-28T08:12:${10 + index}.120Z` }),
    );
    const known = takenBy(alikeOf(), lines);
    expect(known[0]).toBeUndefined();
    expect(known.slice(1)).toEqual(lines.slice(1).map((line) => plainLine(line)));
    expect(known.slice(1)).not.toContain(undefined);
  });

  it('are known by when they began, too', () => {
    const lines = [1, 2, 3].map((second) => {
      const period = { start: `2026-11-28T08:00:0${second}Z`, end: '2026-11-28T09:00:00Z' };
      return JSON.stringify({ ...access({ ...usual, id: `a${second}`, at: `2026-11-28T10:00:0${second}Z` }), period });
    });
    expect(takenBy(alikeOf(), lines)[2]).toContain('"time":"2026-11-28T08:00:03.000Z"');
  });

  it('say what their readers say, whatever stands in them and however they are written', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...readings),
        fc.array(fc.tuple(records, spoilt), { minLength: 1, maxLength: 3 }),
        (authorities, all) => {
          const reading = { ...plainReading, authorities };
          const lines = all.flatMap(([told, changes]) =>
            told.map((one, index) => changes[index % changes.length]?.(access(one)) ?? JSON.stringify(access(one))),
          );
          const known = takenBy(alikeOf(reading), lines);
          for (const [index, line] of lines.entries())
            if (known[index] !== undefined) expect(known[index]).toBe(plainLine(line, reading));
        },
      ),
      { numRuns: casesOf(300, 10_000) },
    );
  });

  it.each([
    ['behind it stands another', (line: string) => `${line}{}`],
    ['behind it stands a space that JSON does not know', (line: string) => `${line}\u00a0`],
    ['it is cut off', (line: string) => line.slice(0, -1)],
    ['it has a key twice', (line: string) => line.replace('"outcome":"0"', '"outcome":"0","outcome":"8"')],
    ['it is one of a list', (line: string) => `[${line}]`],
  ])('are left to their readers where %s', (_, change) => {
    expect(takenBy(alikeOf(), [textOf({}), textOf({ id: 'a2' }), change(textOf({ id: 'a3' }))])).toEqual([
      undefined,
      expect.any(String),
      undefined,
    ]);
  });

  it('cost no more than some looks where none is like another', () => {
    let reads = 0;
    const alike = new AlikeRecords((value) => {
      reads += 1;
      return readPayload({ kind: 'json', value, envelope }, plainReading);
    });
    takenBy(
      alike,
      Array.from({ length: 1000 }, (_, index) => textOf({ agentType: `t${index}` })),
    );
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThan(3 * 2 * (8 + 1000 / 256));
  });
});

describe('a shape', () => {
  const secret = 'Sarrazin-4711';
  /** Where names and numbers of patients stand, and where somebody might put them. */
  const places: readonly (readonly [string, (event: Readonly<Record<string, unknown>>) => object])[] = [
    ['the id of a reference', (event) => ({ ...event, entity: [{ what: { reference: `Patient/${secret}` }, role: { code: '1' } }] })],
    ['a reference that is no id', (event) => ({ ...event, entity: [{ what: { reference: `Patient?identifier=${secret}` }, role: { code: '1' } }] })],
    ['the base of a reference', (event) => ({ ...event, entity: [{ what: { reference: `https://x.example/fhir/Patient/${secret}/Observation/1` } }] })],
    ['one of two numbers', (event) => ({ ...event, entity: [{ what: { identifier: [{ system: 'urn:oid:1.2', value: secret }, { system: 'urn:oid:1.3', value: '8' }] }, role: { code: '1' } }] })],
    ['a number of HL7 v2', (event) => ({ ...event, entity: [{ what: { identifier: { value: `${secret}^^^&1.2&ISO` } }, role: { code: '1' } }] })],
    ['a long name', (event) => ({ ...event, entity: [{ what: { reference: 'Patient/1' }, role: { code: '1' }, name: `${secret} ${'x'.repeat(99)}` }] })],
    ['a name with an escape', (event) => ({ ...event, entity: [{ what: { reference: 'Patient/1', display: `${secret} "d"` }, role: { code: '1' } }] })],
    ['a name that an event takes over', (event) => ({ ...event, agent: [...(event['agent'] as object[]), { who: { reference: 'Patient/1', display: `${secret} "d"` } }] })],
    ['the number of a patient who is an agent', (event) => ({ ...event, agent: [...(event['agent'] as object[]), { altId: secret, who: { identifier: { value: secret } } }] })],
    ['a query', (event) => ({ ...event, entity: [{ what: { reference: 'Patient/1' }, query: Buffer.from(`Patient?name=${secret}`).toString('base64') }] })],
    ['a detail', (event) => ({ ...event, entity: [{ what: { reference: 'Patient/1' }, detail: [{ type: 'name', valueString: secret }] }] })],
    ['what is contained', (event) => ({ ...event, contained: [{ resourceType: 'Patient', id: 'p', name: [{ family: secret }] }], entity: [{ what: { reference: '#p' } }] })],
    ['a narrative', (event) => ({ ...event, text: { status: 'generated', div: `<div>${secret}</div>` } })],
    ['an extension', (event) => ({ ...event, extension: [{ url: 'https://x.example/name', valueString: secret }] })],
    ['a sentence on the outcome', (event) => ({ ...event, outcomeDesc: `${secret} is not found` })],
    ['a key', (event) => ({ ...event, entity: [{ what: { reference: 'Patient/1' }, [secret.replace('-', '')]: {} }] })],
    ['a key of nothing', (event) => ({ ...event, [secret.replace('-', '')]: null })],
    ['a number', (event) => ({ ...event, entity: [{ what: { identifier: { value: 4711 } }, role: { code: '1' } }] })],
    ['a number of its patient', (event) => ({ ...event, patient: { identifier: { value: secret } } })],
  ]; // prettier-ignore

  it.each(places)('keeps nothing of %s', (_, change) => {
    const text = JSON.stringify(change(access(usual) as Readonly<Record<string, unknown>>));
    const shape = learntOf(text);
    expect(JSON.stringify(shape) ?? '').not.toMatch(/Sarrazin|4711/);
  });

  it('keeps nothing of what tells its patient, of whatever records it is learnt', () => {
    const mine = {
      patient: '800001x800001',
      number: '700001x700001',
      second: '600001x600001',
      what: 'Observation/500001x500001',
      entityName: 'Mme 400001x400001',
      encounter: '300001x300001',
      id: '200001x200001',
    };
    const some = fc.subarray(Object.keys(mine) as (keyof typeof mine)[]);
    let learnt = 0;
    fc.assert(
      fc.property(records, some, ([told], places) => {
        const own = Object.fromEntries(places.map((place) => [place, mine[place]]));
        const shape = told && learntOf(JSON.stringify(access({ ...told, ...own })));
        learnt += shape ? 1 : 0;
        expect(JSON.stringify(shape) ?? '').not.toMatch(/(\d00001)x\1/);
      }),
      { numRuns: casesOf(300, 10_000) },
    );
    expect(learnt).toBeGreaterThan(0);
  });

  it('is learnt where nothing but the source is in it', () => {
    expect(JSON.stringify(learntOf(textOf({})))).toContain('750300123');
  });
});

function textOf(told: Partial<Told>): string {
  return JSON.stringify(access({ ...usual, ...told }));
}

function alikeOf(reading: Reading = plainReading): AlikeRecords {
  return new AlikeRecords((value) => readPayload({ kind: 'json', value, envelope: { receivedMs: 0 } }, reading));
}

/** What is known of each line without its readers; of those that are not known it learns. */
function takenBy(
  alike: AlikeRecords,
  lines: readonly string[],
  reading: Reading = plainReading,
): readonly (string | undefined)[] {
  return lines.map((line) => {
    const known = alike.any ? alike.met(line) : undefined;
    if (!known) for (const _ of alike.learning(recordsOf(Buffer.from(line), envelope, reading), () => line));
    return known?.line;
  });
}

/** The line of the one event that the readers find in a text. */
function plainLine(text: string, reading: Reading = plainReading): string | undefined {
  const items = [...recordsOf(Buffer.from(text), envelope, reading)];
  const [first] = items;
  return items.length === 1 && first?.outcome.kind === 'accepted' ? eventLineOf(first.outcome.value) : undefined;
}

function learntOf(text: string): ReturnType<typeof shapeOf> {
  const [resource, walked] = [JSON.parse(text) as unknown, walk(text, 0, 'resource')];
  const event = eventIn(resource);
  return event && walked && shapeOf({ text, leaves: walked.leaves, entry: { resource }, event }, eventIn);
}

function eventIn(value: unknown): AccessEvent | undefined {
  const [item] = readPayload({ kind: 'json', value, envelope }, plainReading);
  return item?.outcome.kind === 'accepted' ? item.outcome.value : undefined;
}

/** Ways to write a record otherwise than the first of its source. */
const writings: readonly ((record: object) => string)[] = [
  (record) => JSON.stringify(record),
  (record) => JSON.stringify(record, undefined, 1),
  (record) => JSON.stringify(Object.fromEntries(Object.entries(record).toReversed())),
  (record) => JSON.stringify(record).replaceAll('a', '\\u0061'),
  (record) => JSON.stringify(record).replaceAll('/', '\\/'),
  (record) => JSON.stringify({ ...record, recorded: 1_764_000_000 }),
  (record) => JSON.stringify({ ...record, id: 12 }),
  (record) => JSON.stringify({ ...record, agent: { inner: record } }),
  (record) => JSON.stringify({ ...record, entity: [[record]] }),
  (record) => JSON.stringify({ ...record, outcomeDesc: '\ud800' }),
  (record) => JSON.stringify(record).replace('"id":"', '"id":"\\ud83d'),
  (record) => JSON.stringify(record).replace('"value":"', '"value":"\ud83d\ude00'),
  (record) => JSON.stringify(record).replace('"value":', '"value":"x","value":'),
  (record) => JSON.stringify(record).replace('"code":', '"code":"read","code":'),
  (record) => JSON.stringify(record).replace('{"resourceType"', '{"recorded":"2026-11-27T00:00:00Z","resourceType"'),
  (record) => JSON.stringify(record).replace('"outcome":', '"__proto__":1,"outcome":'),
  (record) => JSON.stringify(record).replace('"resourceType":"AuditEvent"', '"resourceType":"Bundle"'),
  (record) => ` ${JSON.stringify(record)} \r`,
  (record) => JSON.stringify(record).replace('"requestor":true', '"requestor":"true"'),
  (record) => JSON.stringify({ ...record, event: { id: 'e', action: 'read' } }),
];
const spoilt = fc.array(fc.constantFrom(...writings.slice(0, 1), ...writings), { minLength: 1, maxLength: 4 });
