import { describe, expect, it } from '@jest/globals';
import { refusal } from './guard.js';
import type { QueryRequest } from './request.js';
import { inspect } from './sql-text.js';

const limits = { secondsMax: 300, memoryMax: 1000 };

describe('the guard', () => {
  it.each([
    ['SELECT 1; SELECT 2', 62],
    ["SELECT 1 INTO OUTFILE 'x'", 1],
    ["SELECT * FROM file('x')", 497],
    ["SELECT * FROM FILE ('x')", 497],
    ["SELECT * FROM `url`('http://x')", 497],
    ["INSERT INTO FUNCTION s3('x') SELECT 1", 497],
    ['CREATE TABLE t (a Int8) ENGINE = Kafka', 497],
    ["SELECT * FROM (SELECT 1 AS n) AS a JOIN remote('h', system.one) AS b ON 1", 497],
    ['SELECT 1 SETTINGS max_execution_time = 301', 452],
    ['SELECT 1 SETTINGS max_execution_time = 0', 452],
    ["SELECT 1 SETTINGS max_memory_usage = '1G'", 452],
    ['SELECT 1 SETTINGS max_memory_usage_for_user = 1001', 452],
  ])('refuses %s with code %i', (sql, code) => {
    expect(refusal(request(sql), limits)?.code).toBe(code);
  });

  it.each([
    'SELECT 1;',
    "SELECT 'file(1)' -- url('x')",
    'SELECT file, url FROM t',
    'SELECT 1 SETTINGS max_execution_time = 300, max_memory_usage = 1000',
    'CREATE TABLE t (a Int8) ENGINE = MergeTree ORDER BY a',
  ])('lets %s pass', (sql) => {
    expect(refusal(request(sql), limits)).toBeUndefined();
  });

  it.each([
    ['max_execution_time', '301'],
    ['max_execution_time', '-1'],
    ['max_memory_usage', 'lots'],
  ])('holds the settings of the URL to the same limits (%s=%s)', (name, value) => {
    expect(refusal(request('SELECT 1', new Map([[name, value]])), limits)?.code).toBe(452);
  });
});

function request(sql: string, settings: ReadonlyMap<string, string> = new Map()): QueryRequest {
  return {
    queryId: 'q', database: undefined, sql, targetEnd: 0, data: Buffer.alloc(0), inspection: inspect(sql), format: 'TSV', settings, readOnly: false,
    compressResponse: false, waitForEnd: false, clientRevision: 0,
  }; // prettier-ignore
}
