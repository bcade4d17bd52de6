import { describe, expect, it } from '@jest/globals';
import { CaseBook } from '#libs/cases/case-book.js';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { caseText, takeCase } from './demo-case.js';

const id = anIncidentId('a');

describe('the case at the end of the demonstration', () => {
  it.each([
    [0, 'told once'],
    [3, 'told once'],
    [1_000, 'not told yet'],
  ])('is taken once somebody was told, after %d looks, and says how its dossier is made', async (after, expected) => {
    const { client, clock } = aConsole(after);
    const taking = takeCase(client, id, { clock, owner: 'dev', signal: new AbortController().signal });
    await clock.advance(120_000);
    const text = caseText(await taking, 'VIGIE_DATA_DIR=data/demo ');
    expect(text).toContain(`${id.slice(0, 8)}  ${expected}, acknowledged, taken by dev`);
    expect(text).toContain(`VIGIE_DATA_DIR=data/demo npx vigie dossier freeze ${id.slice(0, 8)} --controller 750300123 --by dev`);
  });
});

/** A console that knows of a delivered message after so many looks. */
function aConsole(after: number) {
  const clock = new FakeClock(Date.parse(atMinute(2)));
  const book = new CaseBook();
  book.addChange(aChange('a', 1));
  const row = () => {
    const found = book.caseOf(id, clock.now());
    if (!found) throw new Error('no case');
    return found.row;
  };
  let looks = 0;
  const client = {
    show: async () => ({ case: { ...row(), other_clinics: 0 } }),
    notifications: async () =>
      looks++ < after ? [{ kind: '', outcome: 'delivered' }] : [{ kind: 'opening', outcome: 'delivered' }],
    act: async () => {
      book.addAction(anAction('a', 2, { type: 'case.assigned', owner: 'dev' }));
      return { ...row(), other_clinics: 0 };
    },
  };
  return { client, clock };
}
