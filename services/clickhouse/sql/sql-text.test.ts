import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { inspect, inspectLong } from './sql-text.js';

describe('what the server sees in a query', () => {
  it.each([
    ['SELECT 1', 'select', undefined],
    ['  -- note\n WITH 1 AS x SELECT x FORMAT JSON', 'select', 'JSON'],
    ['(SELECT 1) UNION ALL (SELECT 2) FORMAT CSV SETTINGS max_threads = 1;', 'select', 'CSV'],
    ["SELECT 'FORMAT JSON'", 'select', undefined],
    ['SELECT 1 AS format', 'select', undefined],
    ['SHOW TABLES FORMAT TSV', 'command', 'TSV'],
    ['INSERT INTO t SELECT 1', 'command', undefined],
    ['/* x */ CREATE TABLE t (a Int8) ENGINE = Memory', 'command', undefined],
    ['INSERT INTO t (a, values) FORMAT CSV\n1,2', 'insert', 'CSV'],
    ['insert into t settings async_insert=0 values (1)', 'insert', 'Values'],
    ['INSERT INTO t', 'insert', undefined],
  ])('%s', (sql, kind, format) => {
    expect(inspect(sql).statement).toMatchObject({ kind, format });
  });

  it.each([
    ['INSERT INTO t FORMAT JSONEachRow\n{"a":";"}', '{"a":";"}'],
    ['INSERT INTO t FORMAT JSONEachRow {"a":1}', '{"a":1}'],
    ["INSERT INTO t (a) VALUES ('x;y')", " ('x;y')"],
    ['INSERT INTO t FORMAT CSV\n\n1', '\n1'],
  ])('finds where the data of %j begin', (sql, data) => {
    const { statement } = inspect(sql);
    expect(statement.kind === 'insert' && sql.slice(statement.headEnd)).toBe(data);
  });

  it.each([
    ['INSERT INTO t VALUES (1)', 'INSERT INTO t', 'VALUES'],
    ['INSERT t (a, "b)") -- FORMAT x\nFORMAT CSV\n1,2', 'INSERT t (a, "b)")', 'FORMAT CSV\n'],
    [
      'insert into table `d`.`format` (* EXCEPT(b)) settings a = 1 format TSV 1',
      'insert into table `d`.`format` (* EXCEPT(b))',
      'format TSV ',
    ],
    ["INSERT INTO FUNCTION null('a Int8') (a) FORMAT CSV", "INSERT INTO FUNCTION null('a Int8') (a)", 'FORMAT CSV'],
    ['INSERT INTO {t:Identifier} FORMAT CSV', 'INSERT INTO {t:Identifier}', 'FORMAT CSV'],
    ['INSERT INTO d.t', 'INSERT INTO d.t', ''],
  ])('finds the target and the format of %j', (sql, target, format) => {
    const { statement } = inspect(sql);
    if (statement.kind !== 'insert') throw new Error(`it is a ${statement.kind}`);
    const { targetEnd, formatStart, headEnd } = statement;
    expect([sql.slice(0, targetEnd), sql.slice(formatStart, headEnd)]).toEqual([target, format]);
  });

  it.each([
    ['SELECT 1; SELECT 2', true],
    ['SELECT 1;', false],
    ['SELECT 1 ; ; -- end\n', false],
    ["SELECT ';' ; ", false],
    ["INSERT INTO t VALUES (';'); (1)", false],
  ])('counts the statements of %j', (sql, several) => {
    expect(inspect(sql).severalStatements).toBe(several);
  });

  it('sees the same in a long text of which the first part may be enough', () => {
    const piece = fc.constantFrom(
      'INSERT INTO d.t',
      ' (a, b)',
      ' (a, "b)")',
      ' FORMAT CSV',
      ' VALUES',
      '\n',
      ' ',
      ' -- ',
      '/*',
      "'",
      '`',
      '$x$',
      ' SELECT 1',
      ' SETTINGS a = 1',
      ' '.repeat(9000),
      ' w'.repeat(4090),
      'x'.repeat(8150),
      ';',
      '1,2\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = `${pieces.join('')}\n${'{"a":"1"}\n'.repeat(900)}`;
        expect(inspectLong(text.length, (end) => text.slice(0, end))).toEqual(inspect(text));
      }),
      { numRuns: casesOf(300, 5000) },
    );
  });

  it('sees what is called, through quotes and comments', () => {
    const { called } = inspect("SELECT * FROM `file` /* */ ('x'), 'url(' JOIN s3('y')");
    expect([called.has('file'), called.has('s3'), called.has('url')]).toEqual([true, true, false]);
  });
});
