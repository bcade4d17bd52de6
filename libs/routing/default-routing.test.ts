import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CaseBook } from '#libs/cases/case-book.js';
import { levels } from '#libs/contracts/incident.js';
import { shippedLengths } from '#libs/dossier/shipped.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { aChange, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { defaultRouting, defaultRoutingText } from './default-routing.js';
import { planOfGroup } from './group-plan.js';
import { aRouting } from './routing.fixture.js';

describe('where nobody has said who is told', () => {
  it('somebody is told of a case of every level, again while nobody takes it, and of its clocks', () => {
    for (const level of levels) {
      const book = new CaseBook();
      book.addChange(aChange('a', 1, { minute: 0, level, clinics: ['1'] }));
      const until = Date.parse(atMinute(26 * 60));
      const { sends } = planOfGroup(book, anIncidentId('a'), until, {
        routing: defaultRouting([]),
        mutes: [],
        until,
        lengths: shippedLengths,
      });
      const kinds = Map.groupBy(
        sends.filter(({ at }) => at <= until),
        ({ kind }) => kind,
      );
      expect([kinds.get('opening')?.length, kinds.get('escalation')?.length, kinds.get('deadline')?.length]).toEqual([1, 5, 3]);
    }
  });

  it('webhooks that ask for cases are told beside the log', () => {
    const soc = aRouting().receivers.get('soc');
    const routing = defaultRouting(soc ? [soc] : []);
    const targets = [...routing.policies.values()].flatMap(({ steps }) => steps.map(({ tell }) => tell.length));
    expect([targets, routing.deadlines?.tell.length, [...routing.receivers.keys()]]).toEqual([[2, 2], 2, ['case-log', 'soc']]);
  });

  it.each(['docs/notifications.md', 'deploy/secrets.mjs'])('is what %s has', (path) => {
    expect(readFileSync(join(projectRoot, path), 'utf8')).toContain(defaultRoutingText.trim());
  });
});
