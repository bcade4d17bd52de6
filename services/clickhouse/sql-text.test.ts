import { describe, expect, it } from '@jest/globals';
import { inspect } from './sql-text.js';

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
    ['SELECT 1; SELECT 2', true],
    ['SELECT 1;', false],
    ['SELECT 1 ; ; -- end\n', false],
    ["SELECT ';' ; ", false],
    ["INSERT INTO t VALUES (';'); (1)", false],
  ])('counts the statements of %j', (sql, several) => {
    expect(inspect(sql).severalStatements).toBe(several);
  });

  it('sees what is called, through quotes and comments', () => {
    const { called } = inspect("SELECT * FROM `file` /* */ ('x'), 'url(' JOIN s3('y')");
    expect([called.has('file'), called.has('s3'), called.has('url')]).toEqual([true, true, false]);
  });
});
