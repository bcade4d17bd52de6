import { expect, it } from '@jest/globals';
import type { CaseActionBody } from '#libs/contracts/case-action.js';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { CaseBook } from './case-book.js';
import { outdatedLists } from './outdated-lists.js';

const [one, two] = ['1'.repeat(32), '2'.repeat(32)];
const frozen = (snapshot_id: string): CaseActionBody => ({
  type: 'dossier.frozen',
  controller_id: 'c1',
  snapshot_id,
  number: 1,
  list_sha256: 'e'.repeat(64),
  manifest_sha256: 'f'.repeat(64),
  patients: 40,
  exposed: 40,
});
const outdated = (snapshot_id: string, added: number, controller_id = 'c1'): CaseActionBody => ({
  type: 'dossier.outdated',
  controller_id,
  snapshot_id,
  added,
  removed: 0,
  changed: 0,
  late_clinics: [],
});

/** Whether a list is told to have moved, by how much at first, and until when. */
const ends = (...bodies: readonly CaseActionBody[]) =>
  outdatedLists(bodies.map((body, minute) => anAction('a', minute, body))).map(({ outdated, endedAt }) => [
    outdated.snapshot_id,
    outdated.added,
    endedAt,
  ]);

it.each<readonly [string, readonly CaseActionBody[], string]>([
  ['says that the newest list has moved', [frozen(one), outdated(one, 3)], 'counted'],
  ['says it once', [frozen(one), outdated(one, 3), outdated(one, 3)], 'repeated'],
  ['says when it has moved further', [frozen(one), outdated(one, 3), outdated(one, 4)], 'counted'],
  ['says when it is as it was', [frozen(one), outdated(one, 3), outdated(one, 0)], 'counted'],
  ['has nothing to say of a list that did not move', [frozen(one), outdated(one, 0)], 'repeated'],
  ['is not about a list that another one followed', [frozen(one), frozen(two), outdated(one, 3)], 'superseded'],
  ['is not about a list that nobody froze', [outdated(one, 3)], 'superseded'],
  ['is not about the list of another controller', [frozen(one), outdated(one, 3, 'c2')], 'superseded'],
])('the word that a frozen list is outdated %s', (_, bodies, effect) => {
  const book = new CaseBook();
  book.addChange(aChange('a', 1));
  bodies.forEach((body, index) => book.addAction(anAction('a', 2 + index, body, { by: 'system', key: `${index}` })));
  const view = book.caseOf(anIncidentId('a'), Date.parse(atMinute(60)));
  expect(view?.entries.at(-1)).toMatchObject({ what: 'dossier.outdated', effect });
  expect(view?.row).toMatchObject({ status: 'new', owner: '' });
});

it('a list that has moved is told until it is frozen again or is as it was', () => {
  const other: CaseActionBody = { ...frozen(two), controller_id: 'c2' } as CaseActionBody;
  expect(ends(frozen(one))).toEqual([]);
  expect(ends(frozen(one), outdated(one, 0))).toEqual([]);
  expect(ends(frozen(one), outdated(one, 3), outdated(one, 4))).toEqual([[one, 3, undefined]]);
  expect(ends(frozen(one), outdated(one, 3), other)).toEqual([[one, 3, undefined]]);
  expect(ends(frozen(one), outdated(one, 3), frozen(two))).toEqual([[one, 3, atMinute(2)]]);
  expect(ends(frozen(one), outdated(one, 3), outdated(one, 0), outdated(one, 5))).toEqual([[one, 3, atMinute(2)]]);
});
