import { afterAll, describe, expect, it } from '@jest/globals';
import { Session } from 'chdb';
import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { actions, careLinks, categories, outcomes } from '#libs/contracts/vocabulary.js';
import { type Field, fieldNames, kindOf } from './fields.js';
import { parseGlob, surround } from './glob.js';
import { matchList } from '../read/list-values.js';
import { compileRegex } from './regex-run.js';
import { and, not, or, test, type Match } from './match.js';
import { normalise } from './normalise.js';
import { parseRegex, type RegexFlag } from './regex-syntax.js';
import { selectionOf } from './selection.js';

const seed = 20_261_123;
const selectionsMade = 400;
const rowsMade = 60;
const batch = 40;

/** Words that meet one another: cases, letters beyond ASCII, signs of SQL, of wildcards and of regular expressions. */
const words = [
  'dr.martin', 'DR.MARTIN', 'dr', 'Élodie', 'élodie', 'ÉLODIE', 'straße', 'STRASSE', 'ſ', 's', 'S', 'k', 'K', 'İ', 'i', 'I', 'ı', 'σς', 'ΣΣ',
  "o'neil", 'back\\slash', 'tab\tline\nend', '100%', 'a_b', 'σίμος', 'ΣΊΜΟΣ', 'ς', 'Kelvin', 'kelvin', 'ſiſter', 'SISTER', 'weiß', 'WEIẞ', 'გიორგი', 'ᲒᲘᲝᲠᲒᲘ', 'ꮳꮃꭹ', 'ᏣᎳᎩ', 'i̇rem', 'İREM', 'IREM', 'ǆ', 'ǅ', 'Ǆ', 'ŉ', 'ﬁ', 'Ω', 'Ω', 'å', 'Å', 'µ', 'μ', 'ͅ', 'ẛ', 'ａｄｍｉｎ', 'ＡＤＭＩＮ', '𐐨', '𐐀', 'ⅷ', 'Ⅷ', 'ⓐ', 'Ⓐ', '*', '?', '(x)', '[y]', '日本', '👩‍⚕️', 'a', 'aa', 'aab', '%list%', '"', '\\', "\\'", '{p:String}', '$', '^', 'a\0b', ' ', 'null',
] as const; // prettier-ignore
const addresses = [
  '10.4.2.17',
  '10.255.255.255',
  '11.0.0.1',
  '::ffff:10.1.2.3',
  '::FFFF:10.1.2.3',
  '2001:db8::1',
  '2001:DB8:0:0::2',
  '2001:db9::1',
  'not an address',
  '10.4.2',
  '010.4.2.17',
  '10.4.2.17:443',
  '::1',
  'fe80::1%eth0',
  '256.1.1.1',
  '::10.4.2.17',
  ':::',
  '1::2::3',
  '12345::',
  '::ffff:0a04:0001',
  '1:2:3:4:5:6:7::',
  '1:2:3:4:5:6:7:8:9',
  '::ffff:256.1.1.1',
  '2001:db8::1.2.3.4',
  '::ffff:010.1.1.1',
  '2a03:2880:f132:83:face:b00c:0:1',
  '::fffe:1.2.3.4',
  '::5',
  '1::5',
  '203:::ffff',
] as const;
const networks = [
  '10.0.0.0/8',
  '10.4.2.17/32',
  '0.0.0.0/0',
  '2001:db8::/32',
  '::/0',
  '::1/128',
  '10.4.0.0/15',
  '::ffff:10.0.0.0/104',
  '::ffff:a04:200/120',
  '0:0:0:0:0:FFFF:0a04:0211/128',
  '::ffff:0:0/96',
  '::fffe:0:0/95',
  '::/64',
  '1::/16',
  '2a03:2880:f132:83:face:b00c::/96',
] as const;
/** What may stand between the colons of an address, and what may not. */
const group = fc.constantFrom('0', '1', 'ffff', 'FFFF', '0a04', '0211', 'a04', '00', '0000', '2001', 'db8', '12345', 'g', '');
const tail = fc.constantFrom('10.4.2.17', '010.4.2.017', '255.255.255.255', '256.1.1.1', '1.2.3', '0.0.0.0', '1.2.3.4.5');
const nearlyAddress = fc
  .tuple(
    fc.array(group, { maxLength: 9 }),
    fc.option(tail, { nil: undefined }),
    fc.option(fc.nat(9), { nil: undefined }),
    fc.boolean(),
  )
  .map(([groups, end, cut, mapped]) => {
    const all = [...(mapped ? ['0', '0', '0', '0', '0', 'ffff'] : []), ...groups, ...(end === undefined ? [] : [end])];
    return cut === undefined ? all.join(':') : `${all.slice(0, cut).join(':')}::${all.slice(cut).join(':')}`;
  });
const zones = ['Europe/Paris', 'UTC', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Auckland', 'Indian/Reunion'] as const;

const textFields = fieldNames.filter((field): field is Field => kindOf(field as Field) === 'text');
const word = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...words) }, fc.string({ unit: 'grapheme', maxLength: 6 }));
const fragment = fc.oneof(
  word,
  fc.constantFrom('*', '?', 'dr*', '*a', '?a*', '*é*', 'a?', '\\*', '\\\\', '*\\?*', 'É*', 'გ*', '*ꮳ*', '*ς', 'ſ*', '?ΣΊ*', 'K*'),
);

const instants = [
  0,
  1,
  86_399_999,
  Date.parse('2001-06-01T12:00:00.500Z'),
  Date.parse('2019-01-01'),
  Date.parse('2199-12-31T23:59:59.999Z'),
  Date.parse('1900-01-01'),
];
const rowTime = fc.oneof(
  fc.date({ min: new Date('2001-01-01'), max: new Date('2037-01-01'), noInvalidDate: true }),
  fc.constantFrom(-1, 0, 1).chain((near) => fc.constantFrom(...instants.slice(3, 5)).map((instant) => new Date(instant + near))),
);
const rowOf = fc.record(
  {
    ...Object.fromEntries(textFields.map((field) => [field, word])),
    time: rowTime.map((date) => date.toISOString()),
    action: fc.constantFrom(...actions),
    outcome: fc.constantFrom(...outcomes),
    care_link: fc.constantFrom(...careLinks),
    source_ip: fc.constantFrom(...addresses),
    categories: fc.uniqueArray(fc.constantFrom(...categories), { maxLength: 3 }),
    privileged: fc.boolean(),
    emergency: fc.boolean(),
    mfa: fc.boolean(),
    own_clinic: fc.boolean(),
    new_network: fc.boolean(),
    house_network: fc.boolean(),
    event_patients: fc.integer({ min: 0, max: 5 }),
    record_count: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(Number.MAX_SAFE_INTEGER)),
  },
  { requiredKeys: ['time'] },
) as fc.Arbitrary<Partial<AccessRow>>;

const regexPiece = fc.constantFrom(
  'a',
  'b',
  'é',
  '.',
  '.',
  '\\n',
  '\\d',
  '\\w',
  '\\S',
  '[a-c]',
  '[^a]',
  '[\\d_-]',
  '(?:a|dr)',
  '(s|S)',
  '\\.',
  "'",
  '\\\\',
  '日',
  '\\s',
  '[^\\s]',
);
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,}', '{0,2}');
const regexSource = fc
  .tuple(
    fc.constantFrom('', '^'),
    fc.array(
      fc.tuple(regexPiece, quantifier).map(([piece, count]) => piece + count),
      { minLength: 1, maxLength: 4 },
    ),
    fc.constantFrom('', '$', '|x', '|^$', '$\\n^a'),
    fc.boolean(),
  )
  .map(([start, pieces, end, twice]) => start + (twice ? `(?:${pieces.join('')})+` : pieces.join('')) + end);

const regexFlags = fc.subarray<RegexFlag>(['i', 'm', 's']);

const textField = fc.constantFrom<Field>(...textFields, 'categories', 'actor_id', 'actor_id');
const compare = fc.constantFrom('eq', 'gt', 'gte', 'lt', 'lte');
const leaf: fc.Arbitrary<Match> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(textField, fragment, fc.boolean(), fc.boolean(), fc.boolean())
      .map(([field, text, cased, before, after]) => globOf(field, text, cased, before, after)),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(textField, regexSource, regexFlags)
      .map(([field, source, flags]) => test({ kind: 'regex', field, source, regex: parseRegex(source, flags) })),
  },
  fc
    .constantFrom(...fieldNames.filter((name) => !/time|received|key_id|former_id|id_block/.test(name)))
    .map((field) => test({ kind: 'present', field: field as Field })),
  fc
    .tuple(fc.constantFrom<Field>('record_count', 'event_patients'), compare, fc.constantFrom(0, 1, 3, Number.MAX_SAFE_INTEGER))
    .map(([field, compare, value]) => test({ kind: 'number', field, compare, value })),
  fc
    .tuple(fc.constantFrom<Field>('privileged', 'emergency', 'mfa', 'own_clinic', 'new_network', 'house_network'), fc.boolean())
    .map(([field, value]) => test({ kind: 'truth', field, value })),
  fc.constantFrom(...networks).map((cidr) => test({ kind: 'network', field: 'source_ip', cidr })),
  fc
    .tuple(fc.constantFrom<Field>(...textFields), fc.constantFrom<Field>(...textFields), fc.boolean())
    .map(([field, other, cased]) => test({ kind: 'same', field, other, cased })),
  fc
    .tuple(fc.constantFrom('hour', 'day', 'weekday'), fc.constantFrom(...zones), compare, fc.integer({ min: 0, max: 31 }))
    .map(([part, zone, compare, value]) => test({ kind: 'clock', field: 'time', part, zone, compare, value })),
  fc.constantFrom(...instants).map((fromMs) => test({ kind: 'instant', field: 'time', fromMs })),
  fc
    .array(
      fc.record(
        {
          text: word,
          fromMs: fc.constantFrom(undefined, ...instants),
          untilMs: fc.constantFrom(undefined, ...instants),
          groupId: fc.constantFrom(undefined, 'dr', 'S', "o'neil"),
        },
        { requiredKeys: ['text'] },
      ),
      { maxLength: 4 },
    )
    .map((list) => listOf(list)),
);
const { match } = fc.letrec<{ match: Match }>((tie) => ({
  match: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    tie('match').map(not),
    fc.array(tie('match'), { maxLength: 4 }).map(and),
    fc.array(tie('match'), { maxLength: 5 }).map(or),
  ),
}));

const session = new Session();
afterAll(() => session.cleanup());

describe(`JavaScript and ClickHouse (seed ${seed})`, () => {
  const rows = fc.sample(rowOf, { numRuns: rowsMade, seed });
  const matches = [
    ...fc.sample(match, { numRuns: selectionsMade / 2, seed }),
    ...fc.sample(leaf, { numRuns: selectionsMade / 2, seed }),
  ];

  it(`agree on ${selectionsMade} conditions over ${rowsMade} rows each`, () => {
    for (const statement of table.split('; ')) session.query(statement);
    session.query(
      `INSERT INTO rules_test.accesses FORMAT JSONEachRow ${rows.map((row, id) => JSON.stringify({ id, ...row })).join('\n')}`,
    );
    let selected = 0;
    for (let from = 0; from < matches.length; from += batch) {
      const selections = matches.slice(from, from + batch).map(selectionOf);
      const columns = selections.map(({ sql }, index) => `toUInt8(${sql}) AS s${index}`).join(', ');
      const answers = session
        .query(`SELECT ${columns} FROM rules_test.accesses ORDER BY id`, 'JSONCompactEachRow')
        .trim()
        .split('\n');
      expect(answers).toHaveLength(rows.length);
      for (const [id, line] of answers.entries()) {
        const expected = selections.map((selection) => Number(selection.matches(rows[id] ?? {})));
        const answer: unknown = JSON.parse(line);
        selected += expected.filter(Boolean).length;
        for (const [index, selection] of selections.entries())
          expect({ row: rows[id], sql: selection.sql, holds: Array.isArray(answer) && answer[index] }).toEqual({
            row: rows[id],
            sql: selection.sql,
            holds: expected[index],
          });
      }
    }
    expect(selected).toBeGreaterThan(selectionsMade); // neither side answers no to everything
  });
});

describe('an address', () => {
  it('is in a network here where it is in ClickHouse, however it is written', () => {
    const texts = [...new Set([...fc.sample(nearlyAddress, { numRuns: 4_000, seed }), ...addresses])].filter(
      (text) => text !== '',
    );
    const selections = networks.map((cidr) => selectionOf(test({ kind: 'network', field: 'source_ip', cidr })));
    session.query(`CREATE TABLE addresses (id UInt32, source_ip String) ENGINE = MergeTree ORDER BY id`);
    session.query(
      `INSERT INTO addresses FORMAT JSONEachRow ${texts.map((source_ip, id) => JSON.stringify({ id, source_ip })).join('\n')}`,
    );
    const columns = selections.map(({ sql }, index) => `toUInt8(${sql}) AS s${index}`).join(', ');
    const answers = session.query(`SELECT ${columns} FROM addresses ORDER BY id`, 'JSONCompactEachRow').trim().split('\n');
    const here = texts.map((source_ip) => selections.map(({ matches }) => Number(matches({ source_ip }))));
    expect(answers.map((line, id) => `${texts[id]} ${line.replaceAll(' ', '')}`)).toEqual(
      here.map((line, id) => `${texts[id]} ${JSON.stringify(line)}`),
    );
    for (const column of networks.keys()) expect(here.filter((line) => line[column] === 1).length).toBeGreaterThan(0);
  });

  const spellings = [
    '10.4.2.17',
    '::ffff:10.4.2.17',
    '::ffff:0a04:0211',
    '::FFFF:A04:211',
    '0:0:0:0:0:ffff:10.4.2.17',
    '0000:0000:0000:0000:0000:FFFF:0a04:0211',
    '::0:ffff:a04:211',
    '0::ffff:10.4.2.17',
  ] as const;
  it.each(spellings)('of IPv4 is one and the same written as %s', (address) => {
    const isIn = (cidr: string) =>
      selectionOf(test({ kind: 'network', field: 'source_ip', cidr })).matches({ source_ip: address });
    const within = ['10.0.0.0/8', '10.4.2.17/32', '::ffff:10.0.0.0/104', '::ffff:a04:211/128', '0:0:0:0:0:FFFF:10.4.2.0/120'];
    expect(within.map(isIn)).toEqual(within.map(() => true));
    expect(['11.0.0.0/8', '::ffff:11.0.0.0/104', '::/0', '::/64', '::10.4.2.17/128'].map(isIn)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('the largest regular expressions that are taken', () => {
  it.each(['(?:(?:.{10}){10}){10}', '[^a]{200}[^b]{200}é{200}', `(?:${'(a|b)?'.repeat(40)}){3}`])(
    'are taken by ClickHouse too: %s',
    (source) => {
      const { sql } = selectionOf(test({ kind: 'regex', field: 'device', source, regex: parseRegex(source) }));
      expect(session.query(`SELECT toUInt8(${sql}) FROM (SELECT repeat('c', 1000) AS device)`, 'TSV').trim()).toMatch(/^[01]$/);
    },
  );
});

describe('a condition', () => {
  it('keeps its meaning when normalised, and equal ones get equal ids', () => {
    fc.assert(
      fc.property(fc.array(match, { minLength: 2, maxLength: 3 }), rowOf, (of, row) => {
        expect(selectionOf(normalise(and(of))).id).toBe(selectionOf(and(of.toReversed())).id);
        expect(selectionOf(not(not(or(of)))).id).toBe(selectionOf(or([...of, ...of])).id);
        expect(selectionOf(and(of)).matches(row)).toBe(of.every((one) => selectionOf(one).matches(row)));
        expect(selectionOf(or(of)).matches(row)).toBe(of.some((one) => selectionOf(one).matches(row)));
      }),
      { seed, numRuns: 300 },
    );
  });
});

describe('a regular expression', () => {
  it('finds what the engine of JavaScript finds', () => {
    fc.assert(
      fc.property(
        regexSource,
        regexFlags,
        fc.string({ unit: fc.constantFrom('a', 'B', 'b', 's', 'É', 'dr', '1', '.', 'é', '日', '\n', '👩'), maxLength: 8 }),
        (source, flags, text) => {
          expect(compileRegex(parseRegex(source, flags))(text)).toBe(
            new RegExp(source.replaceAll('[\\d_-]', '[\\d_\\-]'), `${flags.join('')}u`).test(text),
          );
        },
      ),
      { seed, numRuns: 3_000 },
    );
  });

  it('cannot be made slow by nested repetition', () => {
    const found = compileRegex(parseRegex('^(a+)+(a|aa)*$'));
    expect(found(`${'a'.repeat(20_000)}!`)).toBe(false);
  });
});

function globOf(field: Field, text: string, cased: boolean, before: boolean, after: boolean): Match {
  const parts = surround(parseGlob(text), before, after);
  return parts.length === 0 ? not(test({ kind: 'present', field })) : test({ kind: 'glob', field, parts, cased });
}

/** Values of a list that hold in a time and for a group. */
function listOf(
  list: readonly {
    readonly text: string;
    readonly fromMs?: number | undefined;
    readonly untilMs?: number | undefined;
    readonly groupId?: string | undefined;
  }[],
): Match {
  const values = list.map(({ text, fromMs, untilMs, groupId }) => ({
    text,
    ...(fromMs !== undefined && { fromMs }),
    ...(untilMs !== undefined && { untilMs }),
    ...(groupId !== undefined && { groupId }),
  }));
  const of = matchList(values, false, ({ text }) =>
    test({ kind: 'glob', field: 'clinic_id', parts: [{ literal: text }], cased: false }),
  );
  return or(typeof of === 'string' ? [] : of);
}

const table = `CREATE DATABASE rules_test; CREATE TABLE rules_test.accesses (id UInt32, time DateTime64(3, 'UTC'), ${textFields
  .map((field) => `${field} ${field === 'action' || field === 'outcome' ? 'LowCardinality(String)' : 'String'}`)
  .join(', ')}, categories Array(LowCardinality(String)), privileged Nullable(Bool), emergency Nullable(Bool), mfa Nullable(Bool),
  own_clinic Nullable(Bool), new_network Nullable(Bool), house_network Nullable(Bool), event_patients Nullable(UInt32), record_count Nullable(UInt64)) ENGINE = MergeTree ORDER BY id SETTINGS index_granularity = 8`;
