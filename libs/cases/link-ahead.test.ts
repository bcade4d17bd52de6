import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { CaseBook } from './case-book.js';

const a = anIncidentId('a');

it('an incident that a link named before it opened comes when it opens, and changes no line of before', () => {
  const after = fc.record({
    actions: fc.array(fc.constantFrom('case.acknowledged', 'case.reopened', 'case.assigned'), { maxLength: 5 }),
    patients: fc.constantFrom(1, 40, 400, 4_000),
  });
  fc.assert(
    fc.property(after, ({ actions, patients }) => {
      const book = new CaseBook();
      book.addChange(aChange('a', 1));
      book.addAction(
        anAction(
          'a',
          2,
          { type: 'case.linked', incident_ids: [anIncidentId('b')] },
          { seen_incidents: [{ incident_id: a, version: 1 }] },
        ),
      );
      actions.forEach((type, index) => {
        const body =
          type === 'case.assigned' ? { type, owner: 'b.leroy' } : type === 'case.reopened' ? { type, reason: 'more' } : { type };
        book.addAction(anAction('a', index + 3, body, { key: `${index}` }));
      });
      const now = Date.parse(atMinute(20));
      const before = book.caseOf(a, now)?.entries ?? [];
      book.addChange(aChange('b', 1, { minute: 15, patients }));
      const view = book.caseOf(anIncidentId('b'), now);
      expect(view?.row.case_id).toBe(a);
      expect(view?.entries.slice(0, before.length)).toEqual(before);
      expect(view?.entries.slice(before.length)).toMatchObject([{ what: 'incident.opened', incident_id: anIncidentId('b') }]);
    }),
  );
});
