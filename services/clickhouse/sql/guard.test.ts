import { describe, expect, it } from '@jest/globals';
import type { EngineRole } from '../engine/engine-config.js';
import { aRequest } from './a-request.fixture.js';
import { refusal } from './guard.js';
import type { JudgedRequest } from './judge.js';

const limits = { secondsMax: 300, memoryMax: 1000 };

describe('the guard', () => {
  it.each([
    ['SELECT 1; SELECT 2', 62],
    ["SELECT 1 INTO OUTFILE 'x'", 1],
    ["INSERT INTO t FROM INFILE 'x' FORMAT CSV", 1],
    ["SELECT file('x')", 497],
    ['SELECT * APPLY file FROM t', 497],
    ["SELECT * FROM eval('SELECT 1')", 497],
    ["SELECT 1 SETTINGS additional_result_filter = 'file(1)'", 497],
    ["SELECT 1 SETTINGS additional_table_filters = {'t':'a IN (1)'}", 497],
    ['SELECT 1 SETTINGS additional_table_filters = {p:String}', 497],
    ["SELECT a FROM `values`('x Int8, a String ALIAS file(1)', 1)", 497],
    ["SELECT a FROM `values`(('x Int8, a String ALIAS file(1)'), 1)", 497],
    ["SELECT a FROM `values`(('x', 1).1, 1)", 497],
    ["SELECT a FROM `values`(concat('x', 'y'), 1)", 497],
    ['SELECT a FROM `values`({p:String}, 1)', 497],
    ["WITH 'x' AS s SELECT a FROM `values`(s, 1)", 497],
    ["SELECT a FROM format(TSV, 'x String, a String ALIAS file(1)', 'x')", 497],
    ["INSERT INTO t SELECT a FROM input('x String, a String ALIAS file(1)') FORMAT TSV", 497],
    ["SELECT a FROM generateRandom('x Int8')", 497],
    ["SELECT a FROM `null`('x Int8')", 497],
    ["CREATE TABLE t (a Int8) ENGINE = Executable('x', CSV)", 497],
    ['SELECT 1 SETTINGS max_execution_time = 301', 452],
    ['SELECT 1 SETTINGS max_execution_time = 0', 452],
    ['SELECT 1 SETTINGS max_execution_time = DEFAULT', 452],
    ['INSERT INTO t SETTINGS input_format_values_interpret_expressions = DEFAULT FORMAT Values', 452],
    ["SELECT 1 SETTINGS max_memory_usage = '1G'", 452],
    ['SELECT 1 SETTINGS max_memory_usage_for_user = 1001', 452],
    ["SELECT 1 SETTINGS log_comment = 'x'", 452],
    ["SELECT 1 SETTINGS format_template_row = '/x'", 452],
    ["SELECT 1 SETTINGS dialect = 'kusto'", 452],
  ])('refuses %s with code %i, whoever asks', (sql, code) => {
    expect(refusal(request(sql, 'services'), limits)?.code).toBe(code);
  });

  it.each([
    'SELECT 1;',
    "SELECT 'file(1)'",
    'SELECT file, url FROM t',
    "SELECT name FROM system.tables WHERE engine = 'View'",
    'SELECT 1 SETTINGS max_execution_time = 300, max_memory_usage = 1000',
    'WITH 1 AS x SELECT x',
    "SELECT format('{} of {}', a, b) FROM t",
    "SELECT value FROM system.settings WHERE 'additional_result_filter' = name",
    "SELECT 1 SETTINGS additional_table_filters = {'t':'a = \\'x\\' AND b > 1'}, max_threads = 1",
    "SELECT * FROM `values`('a String, b Int8', ('x (default)', 1)), `values`(('a', -1), ('b', 2)), `values`(-1, 2), `values`([1], [2]), `values`(NULL)",
    'SHOW TABLES',
    'DESCRIBE TABLE t',
    'EXISTS TABLE t',
    'EXPLAIN SELECT 1',
  ])('lets %s pass', (sql) => {
    expect(refusal(request(sql, 'people'), limits)).toBeUndefined();
  });

  it.each([
    'CREATE TABLE t (a Int8) ENGINE = MergeTree ORDER BY a',
    'INSERT INTO t FORMAT CSV',
    'INSERT INTO t SELECT 1',
    'KILL QUERY WHERE 1',
    'DROP TABLE t',
    'OPTIMIZE TABLE t',
    'ALTER TABLE t DELETE WHERE 1',
    'RENAME TABLE t TO u',
  ])('lets nobody but a service say %s, and nobody by GET', (sql) => {
    expect(refusal(request(sql, 'services'), limits)).toBeUndefined();
    expect(refusal(request(sql, 'people'), limits)?.code).toBe(497);
    for (const role of ['people', 'services'] as const)
      expect(refusal({ ...request(sql, role), readOnly: true }, limits)?.code).toBe(164);
  });

  it.each([
    'SYSTEM SHUTDOWN',
    'SET a = 1',
    'USE d',
    'EXECUTE AS default SELECT 1',
    'SET ROLE services',
    'ATTACH TABLE t',
    'DETACH TABLE t',
    'BACKUP TABLE t TO Null',
    'GRANT ALL ON *.* TO default',
    'BEGIN TRANSACTION',
    '',
    '42',
  ])('lets nobody say %j', (sql) => {
    for (const role of ['people', 'services'] as const) expect(refusal(request(sql, role), limits)?.code).toBe(497);
  });

  it.each(['File', 'URL', 'Kafka', 'EmbeddedRocksDB', 'Executable', 'ReplicatedMergeTree', 'Filesystem', '`File`', 'MergeTree2'])(
    'lets nobody make a table of %s',
    (engine) => {
      expect(refusal(request(`CREATE TABLE t (a Int8) ENGINE = ${engine}('x')`, 'services'), limits)?.code).toBe(497);
    },
  );

  it.each([
    ['max_execution_time', '301'],
    ['max_execution_time', '-1'],
    ['max_memory_usage', 'lots'],
  ])('holds the settings of the URL to the same limits (%s=%s)', (name, value) => {
    expect(refusal(request('SELECT 1', 'people', new Map([[name, value]])), limits)?.code).toBe(452);
  });
});

function request(sql: string, role: EngineRole, settings?: ReadonlyMap<string, string>): JudgedRequest {
  return { ...aRequest(sql, settings), role };
}
