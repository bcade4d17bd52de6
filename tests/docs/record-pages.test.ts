import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { azureMapping, cloudTrailMapping, gcpMapping, o365Mapping } from '#libs/formats/cloud/mappings.js';
import { ecsMapping } from '#libs/formats/ecs/mapping.js';
import { actionOfCode } from '#libs/formats/fhir/actions.js';
import { typesOf } from '#libs/formats/fhir/categories.js';
import { mediboardTables } from '#libs/formats/mediboard/tables.js';
import { activitiesOfClass, ocsfMapping } from '#libs/formats/ocsf/mapping.js';
import { openemrTables } from '#libs/formats/openemr/tables.js';
import { tamanuTables } from '#libs/formats/tamanu/tables.js';
import type { Table } from '#libs/formats/record/table-format.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { mappingTable, wordsOf } from './mapping-tables.fixture.js';
import { type PageRow, tableOf } from './page-tables.js';

const { words: { action: _, ...ocsfWords } = {}, ...ocsf } = ocsfMapping;

/** Page and table -> the rows that the code makes of its data. */
const tables: readonly (readonly [page: string, table: string, rows: readonly PageRow[]])[] = [
  ['ecs', 'ecs', mappingTable(ecsMapping)],
  ['ocsf', 'ocsf', mappingTable({ ...ocsf, words: ocsfWords })],
  ['ocsf', 'classes', Object.entries(activitiesOfClass).map(([id, of]) => [id, wordsOf(of)])],
  ['cloud', 'azure', mappingTable(azureMapping)],
  ['cloud', 'gcp', mappingTable(gcpMapping)],
  ['cloud', 'cloudtrail', mappingTable(cloudTrailMapping)],
  ['cloud', 'o365', mappingTable(o365Mapping)],
  ...ofTables('mediboard', mediboardTables),
  ...ofTables('openemr', openemrTables),
  ...ofTables('tamanu', tamanuTables),
  ['fhir', 'actions', [...Map.groupBy(actionOfCode.keys(), (word) => actionOfCode.get(word) ?? '')].map(([action, codes]) => [action, codes.map((one) => `\`${one}\``).join(', ')])],
  ['fhir', 'categories', Object.entries(typesOf).map(([category, types = '']) => [category, types.split(' ').join(', ')])],
]; // prettier-ignore

describe('the pages of formats of records', () => {
  it.each(tables)('say on %s in the table %s what the code does', (page, table, rows) => {
    const text = readFileSync(join(projectRoot, 'docs', 'formats', `${page}.md`), 'utf8');
    expect(tableOf(text, table)).toEqual(rows);
  });
});

function ofTables(page: string, given: readonly Table[]): readonly (readonly [string, string, readonly PageRow[]])[] {
  return given.map(({ name, mapping }) => [page, name, mappingTable(mapping)] as const).filter(([, , rows]) => rows.length);
}
