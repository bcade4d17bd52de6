import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/runtime/paths.js';
import { type FigureName, figureNames, figureSql } from './figure-reader.js';

const folder = join(projectRoot, 'libs', 'access-store', 'assistant', 'figures');
const names = Object.keys(figureNames) as FigureName[];
const fileOf = (name: FigureName) => `${name.replaceAll('_', '-')}.sql`;
const page = readFileSync(join(projectRoot, 'docs', 'analyst.md'), 'utf8');
const queries = [...page.matchAll(/^## \d+\. .+\n\n.+\n\n```sql\n([\s\S]+?)\n```/gm)].map(([, sql = '']) => sql);

describe('the questions that assistants may ask', () => {
  it('are files, and every file is one', () => {
    expect(readdirSync(folder).toSorted()).toEqual(names.map(fileOf).toSorted());
  });

  it.each(names)('are those of the page for analysts, word for word, of one group: %s', (name) => {
    const text = readFileSync(join(folder, fileOf(name)), 'utf8')
      .replace(/^-- .+\n/, '')
      .trimEnd();
    expect(queries).toContain(text);
    expect(text).not.toMatch(/^\s*patient_id,|SELECT patient_id|\{patient:|vigie\.lists/m);
    const asked = figureSql(name);
    // What is left besides is asked by the id of an incident, which is looked up first.
    expect(
      [...asked.matchAll(/vigie\.(\w+)(?! WHERE group_id)/g)].flatMap(([all, view]) =>
        asked.includes(`${all} WHERE group_id = {group:String}`) ? [] : view,
      ),
    ).toEqual(
      expect.not.arrayContaining([
        'accesses',
        'incidents',
        'incident_changes',
        'accounting',
        'quarantine',
        'suppressed_matches',
        'rule_verdicts',
      ]),
    );
  });

  it('leave out those that name patients', () => {
    expect(queries.length - names.length).toBe(3);
  });
});
