import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { atnaPlaces, objectPlaces, participantPlaces } from '#libs/formats/atna/mapping.js';
import { cefMapping } from '#libs/formats/cef/mapping.js';
import { epicEvents } from '#libs/formats/epic/events.js';
import { epicMapping } from '#libs/formats/epic/mapping.js';
import { kvMapping } from '#libs/formats/kv/mapping.js';
import { leefMapping } from '#libs/formats/leef/mapping.js';
import { loosePatterns } from '#libs/formats/loose-time.js';
import { labelWords } from '#libs/formats/siem/labels.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { mappingRows, type PageRow, placeRows, tableOf } from './page-tables.js';

/** Page and table -> the rows that the code makes of its data. */
const tables: readonly (readonly [page: string, table: string, rows: readonly PageRow[]])[] = [
  ['atna', 'message', placeRows(atnaPlaces)],
  ['atna', 'participant', placeRows(participantPlaces)],
  ['atna', 'object', placeRows(objectPlaces)],
  ['cef', 'cef', mappingRows(cefMapping)],
  ['cef', 'labels', placeRows(labelWords)],
  ['leef', 'leef', mappingRows(leefMapping)],
  ['epic', 'epic', mappingRows(epicMapping)],
  ['epic', 'events', Object.entries(epicEvents).map(([name, meaning]) => [`\`${name}\``, wordsOf(meaning)])],
  ['kv', 'kv', mappingRows(kvMapping)],
  ['times', 'patterns', loosePatterns.map((pattern) => [`\`${pattern}\``])],
];

describe('the pages of formats', () => {
  it.each(tables)('say on %s in the table %s what the code does', (page, table, rows) => {
    const text = readFileSync(join(projectRoot, 'docs', 'formats', `${page}.md`), 'utf8');
    expect(tableOf(text, table)).toEqual(rows);
  });
});

function wordsOf(meaning: object): string {
  return Object.entries(meaning)
    .map(([field, value]) => (value === true ? field : `${field} ${String(value)}`))
    .join(', ');
}
