import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/runtime/paths.js';

/** Every query that people read figures by, with where it stands: pages and runbooks, what assistants may ask, dashboards, what the store is asked by services and commands. */
const queries = [
  ...filesOf('docs', '.md').flatMap(([file, text]) => [...text.matchAll(/```sql\n([\s\S]+?)\n```/g)].map(([, sql = '']) => [file, sql] as const)),
  ...filesOf('deploy/grafana/dashboards', '.json').flatMap(([file, text]) => [...text.matchAll(/"rawSql": ("(?:[^"\\]|\\.)*")/g)].map(([, sql = '""']) => [file, String(JSON.parse(sql))] as const)),
  ...['libs/access-store', 'services', 'cli'].flatMap((folder) => filesOf(folder, '.sql')),
]; // prettier-ignore

/** Which of the patients that a query counts it takes from accesses, where an empty text stands for nobody. */
function countedOf(sql: string): readonly string[] {
  const counts = [...sql.matchAll(/uniqExact\((?:\w+\.)?patient_id\)/g)];
  return counts.flatMap(({ index }) => {
    const [, source = ''] = /\bFROM\s+(\S+)/.exec(sql.slice(index)) ?? [];
    return /^vigie\.access(es|_rows)$/.test(source) ? [source] : [];
  });
}

describe('whoever counts the patients of accesses', () => {
  it('leaves out accesses that name nobody, which would be one more', () => {
    expect(queries.length).toBeGreaterThan(100);
    const wrong = queries.filter(([, sql]) => countedOf(sql).length > 0 && !/patient_id (!= ''|IN \()/.test(sql));
    expect(wrong).toEqual([]);
    expect(countedOf('SELECT uniqExact(patient_id) AS n FROM vigie.accesses')).toEqual(['vigie.accesses']);
  });
});

/** Files of a folder and of those in it whose name ends so, with their text. */
function filesOf(folder: string, end: string): readonly (readonly [string, string])[] {
  const found = readdirSync(join(projectRoot, folder), { recursive: true, withFileTypes: true });
  return found
    .filter((one) => one.isFile() && one.name.endsWith(end))
    .map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'utf8')]);
}
