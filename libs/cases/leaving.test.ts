import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { CaseActionBody } from '#libs/contracts/case-action.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { CaseBook } from './case-book.js';
import { countedOf } from './timeline.js';

const names = ['a', 'b', 'c', 'd'] as const;
type Name = (typeof names)[number];

/** What people do: something written into a case, or one incident linked to a case or taken out of it. */
type Deed = { readonly on: Name; readonly what: 'note' | 'correct' | 'qualify' | 'link' | 'unlink'; readonly other: Name };
const deed: fc.Arbitrary<Deed> = fc.record({
  on: fc.constantFrom(...names),
  what: fc.constantFrom('note', 'correct', 'qualify', 'link', 'unlink'),
  other: fc.constantFrom(...names),
});

describe('a case that leaves another', () => {
  it('takes along what was written in it, however often it was linked, and whichever others were', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 20 }), (deeds) => {
        const { book, writtenOn, now } = played(deeds);
        for (const name of names) {
          const { entries, state, row } = viewOf(book, name, now);
          const ids = entries.map(({ id }) => id);
          expect(ids).toEqual([...new Set(ids)]);
          const home = [...state.members.keys()];
          const strangers = entries.filter(({ id }) => writtenOn.has(id) && !home.includes(writtenOn.get(id) ?? ''));
          expect(strangers).toEqual([]);
          // What was written while a case stood for itself is where its incident is now.
          const here = [...writtenOn].filter(([, caseId]) => home.includes(caseId)).map(([id]) => id);
          expect(ids.filter((id) => writtenOn.has(id)).toSorted()).toEqual(here.toSorted());
          const noted = countedOf(state).flatMap((action) => ('note_id' in action ? action.text : []));
          expect([...state.notes.values()].flatMap(({ texts }) => texts.map(({ text }) => text)).toSorted()).toEqual(
            noted.toSorted(),
          );
          expect(home).toContain(row.case_id);
        }
      }),
      { numRuns: casesOf(300, 3_000) },
    );
  });

  it('takes its owner, its opening and its reopenings along: what is left is what it was', () => {
    const step = fc.record({
      on: fc.constantFrom(...names),
      what: fc.constantFrom('assign', 'link', 'unlink', 'end'),
      other: fc.constantFrom(...names),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 16 }), (steps) => {
        const book = new CaseBook();
        names.forEach((name, index) => book.addChange(aChange(name, 1, { minute: 4 - index })));
        const owners = new Map<string, string>();
        const reopened = new Map<string, number>();
        steps.forEach(({ on, what, other }, index) => {
          const at = Date.parse(atMinute(index + 10));
          const { case_id, status } = viewOf(book, on, at).row;
          const act = (minute: number, body: CaseActionBody) =>
            book.addAction(
              anAction(on, minute, body, {
                key: `${minute}`,
                case_id,
                seen_incidents: names.map((name) => ({ incident_id: anIncidentId(name), version: 1 })),
              }),
            );
          if (what === 'end') {
            if (status !== 'resolved') act(index + 10, { type: 'case.resolved', verdict: 'test', reason: 'a drill' });
            act(index + 10.5, { type: 'case.reopened', reason: 'more' });
            reopened.set(case_id, (reopened.get(case_id) ?? 0) + 1);
          } else if (what === 'assign') {
            act(index + 10, { type: 'case.assigned', owner: `owner.${index}` });
            owners.set(case_id, `owner.${index}`);
          } else
            act(
              index + 10,
              what === 'link'
                ? { type: 'case.linked', incident_ids: [anIncidentId(other)] }
                : { type: 'case.unlinked', incident_id: anIncidentId(other), reason: 'no' },
            );
        });
        const now = Date.parse(atMinute(40));
        names.forEach((name, index) => {
          const { row, state } = viewOf(book, name, now);
          if (state.members.size > 1) return;
          const own = {
            owner: owners.get(row.case_id) ?? '',
            opened_at: atMinute(4 - index),
            reopened: reopened.get(row.case_id) ?? 0,
          };
          expect({ owner: row.owner, opened_at: row.opened_at, reopened: row.reopened }).toEqual(own);
        });
      }),
      { numRuns: casesOf(300, 3_000) },
    );
  });

  it('leaves nothing behind, and brings each line once when it comes again', () => {
    const link: Deed = { on: 'a', what: 'link', other: 'b' };
    const unlink: Deed = { on: 'a', what: 'unlink', other: 'b' };
    const before: Deed[] = [
      { on: 'b', what: 'note', other: 'b' },
      { on: 'b', what: 'qualify', other: 'b' },
    ];
    const apart = played([...before, link, unlink]);
    expect(viewOf(apart.book, 'a', apart.now).entries.map(({ what }) => what)).toEqual([
      'incident.opened',
      'case.linked',
      'case.unlinked',
    ]);
    expect(viewOf(apart.book, 'a', apart.now).state.notes.size).toBe(0);
    expect(countedOf(viewOf(apart.book, 'a', apart.now).state).map(({ type }) => type)).toEqual(['case.linked', 'case.unlinked']);
    expect(viewOf(apart.book, 'b', apart.now).entries.map(({ what }) => what)).toEqual([
      'incident.opened',
      'case.noted',
      'breach.qualified',
      'case.unlinked',
    ]);
    expect(viewOf(apart.book, 'b', apart.now).state.notes.size).toBe(1);
    const again = played([...before, link, unlink, link]);
    expect(viewOf(again.book, 'a', again.now).entries.map(({ what }) => what)).toEqual([
      'incident.opened',
      'incident.opened',
      'case.noted',
      'breach.qualified',
      'case.linked',
      'case.unlinked',
      'case.linked',
    ]);
  });
});

/** The book after these deeds, a minute each, and by `action_id` the case in which each was written. */
function played(deeds: readonly Deed[]) {
  const book = new CaseBook();
  for (const name of names) book.addChange(aChange(name, 1, { minute: 1 }));
  const writtenOn = new Map<string, string>();
  deeds.forEach(({ on, what, other }, index) => {
    const at = Date.parse(atMinute(index + 2));
    const action = anAction(on, index + 2, bodyOf(what, other), {
      key: `${index}`,
      case_id: viewOf(book, on, at).row.case_id,
      seen_incidents: names.map((name) => ({ incident_id: anIncidentId(name), version: 1 })),
    });
    book.addAction(action);
    // An unlinking stands in both cases that it makes.
    if (what !== 'unlink') writtenOn.set(action.action_id, action.case_id);
  });
  return { book, writtenOn, now: Date.parse(atMinute(deeds.length + 3)) };

  function bodyOf(what: Deed['what'], other: Name): CaseActionBody {
    const note_id = anIncidentId(`note ${other}`);
    switch (what) {
      case 'note':
        return { type: 'case.noted', note_id, text: `a note, ${writtenOn.size}` };
      case 'correct':
        return { type: 'case.note_corrected', note_id, text: `corrected, ${writtenOn.size}` };
      case 'qualify':
        return { type: 'breach.qualified', controller_id: '750300123', is_breach: false, risk: 'none', reason: 'a test' };
      case 'link':
        return { type: 'case.linked', incident_ids: [anIncidentId(other)] };
      case 'unlink':
        return { type: 'case.unlinked', incident_id: anIncidentId(other), reason: 'apart' };
    }
  }
}

function viewOf(book: CaseBook, name: Name, now: number) {
  const view = book.caseOf(anIncidentId(name), now);
  if (!view) throw new Error(`no case of ${name}`);
  return view;
}
