import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { actions, careLinks, categories, outcomes } from '#libs/contracts/vocabulary.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { FrameScanner } from './frame-scanner.js';
import { jsonText } from '../memory/texts.js';
import { RowProgram } from './row-program.js';
import { ScannedRow } from './scanned-row.js';

describe('the scanner', () => {
  it('reads what JSON.parse reads, whatever the strings, the order of keys and the optional fields', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), (rows) => {
        const read = scan(rows.map(({ line }) => `${line}\n`).join(''));
        expect(read.rejected).toEqual([]);
        expect(read.rows).toEqual(rows.map(({ line }) => expectedOf(JSON.parse(line))));
      }),
      { numRuns: casesOf(1_000, 10_000) },
    );
  });

  it('never throws, and never takes a line that JSON.parse refuses', () => {
    fc.assert(
      fc.property(
        row,
        fc.nat(400),
        fc.option(fc.string({ unit: 'binary-ascii', maxLength: 3 }), { nil: '' }),
        ({ line }, at, junk) => {
          const place = at % line.length;
          const spoilt = (line.slice(0, place) + junk + line.slice(place + 1)).replaceAll('\n', ' ');
          const read = scan(`${spoilt}\n`);
          if (read.rows.length) expect(read.rows).toEqual([expectedOf(JSON.parse(Buffer.from(spoilt).toString()))]);
          else expect(read.rejected.length).toBe(spoilt.length ? 1 : 0);
        },
      ),
      { numRuns: casesOf(1_000, 10_000) },
    );
  });

  it.each([
    ['not JSON', 'nonsense', 'not_json'],
    ['a list', '[1]', 'not_json'],
    ['cut in the middle', '{"time":"2026-03-02T08:00:00.000Z","group', 'not_json'],
    ['a day that does not exist', lineWith({ time: '2026-02-30T08:00:00.000Z' }), 'time_out_of_range'],
    ['a time without milliseconds', lineWith({ time: '2026-02-20T08:00:00Z' }), 'not_a_row'],
    ['a clear identifier', lineWith({ patient_id: '8001234' }), 'not_a_row'],
    ['an action that nobody knows', lineWith({ action: 'peek' }), 'not_a_row'],
    ['an account of 2,000 characters', lineWith({ actor_id: 'a'.repeat(2_000) }), 'not_a_row'],
    ['no event_id', lineWith({ event_id: undefined }), 'not_a_row'],
    ['a field of another kind', lineWith({ privileged: 'yes' }), 'not_a_row'],
    ['a link that nobody has', lineWith({ care_link: 'cousin' }), 'not_a_row'],
    ['a clear identifier in the place of a block', lineWith({ id_block: '8001234' }), 'not_a_row'],
    ['a time that no column holds', lineWith({ time: '2300-01-01T00:00:00.000Z' }), 'time_out_of_range'],
  ])('says why it refuses %s, with the line and without its content', (_, line, reason) => {
    const read = scan(`${lineWith({})}\n\n${line}\n${lineWith({})}`);
    expect(read.rows.length).toBe(2);
    expect(read.rejected).toEqual([{ line: 3, reason, detail: expect.not.stringContaining('8001234') }]);
  });

  it('reads rows of frames of any length, whatever stands between the ordinary ones', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 9, arbitrary: ordinary }, row), { minLength: 150, maxLength: 400 }), (rows) => {
        const read = scan(rows.map(({ line }) => `${line}\n`).join(''));
        expect(read.rejected).toEqual([]);
        expect(read.rows).toEqual(rows.map(({ line }) => expectedOf(JSON.parse(line))));
      }),
      { numRuns: casesOf(30, 300) },
    );
  });

  it('leaves no ordinary row to the plain scan', () => {
    fc.assert(
      fc.property(ordinary, ({ line }) => {
        const program = new RowProgram();
        program.load(program, Buffer.from(`${line}\n${line}\n`), 0);
        expect(program.scan(0)).toBe(2);
      }),
      { numRuns: casesOf(100, 1_000) },
    );
  });

  it('goes on where it was when another frame was read in between', () => {
    const lines = Array.from({ length: 100 }, (_, n) => `${lineWith({ actor_id: `a${n}` })}\n`);
    const [first, second] = [lines, lines.toReversed()].map((of) => new FrameScanner(Buffer.from(of.join(''))));
    const of = new ScannedRow();
    for (const [n] of lines.entries()) {
      expect(first?.next(of) && accountText(of)).toBe(`aleo","actor_id":"a${n}`);
      if (n % 3 === 0) expect(second?.next(of) && accountText(of)).toBe(`aleo","actor_id":"a${99 - n / 3}`);
    }
  });

  it('reads a row of a later version as if it said nothing that this one does not know', () => {
    const later = lineWith({ later: { nested: [1] }, 'care_link ': 'own' });
    const read = scan(`${later}\n${lineWith({})}\n`);
    expect(read.rejected).toEqual([]);
    expect(read.rows).toEqual(scan(`${lineWith({})}\n${lineWith({})}\n`).rows);
  });
});

interface Read {
  readonly rows: readonly unknown[];
  readonly rejected: readonly unknown[];
}

/** By the program and without it, which must come to the same in everything that a row says of itself. */
function scan(text: string): Read {
  const bytes = Buffer.from(text);
  const byProgram = readAll(new FrameScanner(bytes));
  expect(byProgram).toEqual(readAll(new FrameScanner(bytes, undefined, null)));
  return { rows: byProgram.rows, rejected: byProgram.rejected };
}

function readAll(scanner: FrameScanner): Read & { readonly whole: readonly unknown[] } {
  const rows: unknown[] = [];
  const whole: unknown[] = [];
  const of = new ScannedRow();
  while (scanner.next(of)) {
    whole.push(wholeOf(of));
    const [group, actor] = JSON.parse(`["${accountText(of)}"]`.replace('","actor_id":"', '","')) as string[];
    rows.push({
      time: of.time,
      group,
      actor,
      patient: of.hasPatient ? [of.patient0, of.patient1, of.patient2, of.patient3].map(hex).join('') : '',
      clinic: jsonText(of.bytes, of.clinicStart, of.clinicEnd),
      action: actions[of.action],
      outcome: outcomes[of.outcome],
      event: text8(of.bytes, of.eventStart, of.eventStart + 32),
      receivedAt: of.receivedAt,
      categories: categories.filter((_, index) => of.categoryMask & (1 << index)),
      hasAccount: of.hasAccount,
    });
  }
  return { rows, rejected: scanner.rejected, whole };
}

/** Positions and all; of a rewritten line, where it lies in that. */
function wholeOf(of: ScannedRow): unknown {
  const places = Array.from({ length: of.placed }, (_, index) => of.placeAt(index));
  return {
    lineStart: of.lineStart,
    lineEnd: of.lineEnd,
    account: [of.accountStart, of.accountEnd, of.accountHash],
    clinic: [of.clinicStart, of.clinicEnd],
    event: of.eventStart,
    hasPatient: of.hasPatient,
    escaped: of.escaped,
    odd: of.odd,
    former: of.hasFormer && [of.former0, of.former1, of.former2, of.former3],
    places: places.map((place) => [
      place,
      (of.ends[place] ?? 0) > 0 && of.starts[place],
      of.ends[place],
      (of.ends[place] ?? 0) > 0 && of.hashOf(place),
    ]),
    ends: [...of.ends],
    bytes: of.bytes.length,
  };
}

function expectedOf(row: Record<string, string> & { readonly categories?: readonly string[] }): unknown {
  const [time, receivedAt] = [Date.parse(row['time'] ?? ''), Date.parse(row['received_at'] ?? '')];
  return {
    time: time > receivedAt + 5 * 60_000 ? receivedAt : time,
    group: row['group_id'],
    actor: row['actor_id'],
    patient: row['patient_id'],
    clinic: row['clinic_id'],
    action: row['action'],
    outcome: row['outcome'],
    event: row['event_id'],
    receivedAt,
    categories: categories.filter((one) => row.categories?.includes(one)),
    hasAccount: Boolean(row['group_id'] && row['actor_id']),
  };
}

function accountText(of: ScannedRow): string {
  return text8(of.bytes, of.accountStart, of.accountEnd);
}
function text8(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.slice(start, end)).toString();
}
function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}

function lineWith(over: Record<string, unknown>): string {
  return JSON.stringify({
    time: '2026-03-02T08:00:00.000Z',
    group_id: 'aleo',
    actor_id: 'a',
    patient_id: '0'.repeat(31) + '1',
    clinic_id: '1',
    action: 'read',
    outcome: 'success',
    event_id: 'e'.repeat(32),
    source: 's',
    received_at: '2026-03-02T08:00:01.000Z',
    ...over,
  });
}

const word = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
);
const hex128 = fc.stringMatching(/^[0-9a-f]{32}$/);
const time = fc
  .date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
/** As most are: no escapes, texts of any letters, times of a few minutes, odd lengths. */
const ordinary = fc
  .record({
    second: fc.nat(200_000),
    actor_id: fc.stringMatching(/^[a-z.]{1,40}$/),
    patient: hex128,
    event: hex128,
    clinic: fc.stringMatching(/^[0-9]{0,20}$/),
    action: fc.constantFrom(...actions),
    outcome: fc.constantFrom(...outcomes),
    actor_role: fc.constantFrom(undefined, 'médecin', 'x', '護師'.repeat(9)),
    privileged: fc.constantFrom(undefined, true, false),
    record_count: fc.option(fc.nat(), { nil: undefined }),
    former_id: fc.option(hex128, { nil: undefined }),
    categories: fc.subarray([...categories]),
    care_link: fc.option(fc.constantFrom(...careLinks), { nil: undefined }),
    id_block: fc.option(fc.stringMatching(/^[0-9a-f]{16}$/), { nil: undefined }),
    session_id: fc.stringMatching(/^[ -!#-[\]-~]{0,70}$/),
  })
  .map(({ second, patient, event, clinic, action, outcome, actor_id, former_id, care_link, id_block, ...rest }) => {
    const at = new Date(Date.parse('2024-02-28T23:59:00Z') + second * 500).toISOString();
    return {
      line: JSON.stringify({
        time: at,
        group_id: 'aleo',
        actor_id,
        patient_id: patient,
        clinic_id: clinic,
        action,
        outcome,
        event_id: event,
        source: 's',
        received_at: at,
        ...rest,
        former_id,
        care_link,
        id_block,
      }),
    };
  });
const row = fc
  .record({
    time,
    group_id: word,
    actor_id: word,
    patient_id: fc.oneof(hex128, fc.constant('')),
    clinic_id: word,
    action: fc.constantFrom(...actions),
    outcome: fc.constantFrom(...outcomes),
    event_id: hex128,
    source: word,
    received_at: time,
    optional: fc.record(
      {
        actor_role: word,
        privileged: fc.boolean(),
        record_count: fc.nat(),
        categories: fc.subarray([...categories]),
        user_agent: word,
        care_link: fc.constantFrom(...careLinks),
        own_clinic: fc.boolean(),
        event_patients: fc.nat({ max: 2 ** 32 - 1 }),
        id_block: fc.stringMatching(/^[0-9a-f]{16}$/),
        extra: fc.dictionary(word, word, { noNullPrototype: true }).map((extra) => JSON.stringify(extra)),
      },
      { requiredKeys: [] },
    ),
    shuffled: fc.boolean(),
  })
  .map(({ optional, shuffled, ...fixed }) => {
    const entries = Object.entries({ ...fixed, ...optional });
    return { line: JSON.stringify(Object.fromEntries(shuffled ? entries.toReversed() : entries)) };
  });
