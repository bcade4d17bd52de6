import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { CaseBook } from '#libs/cases/case-book.js';
import { aChange, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { policyOf } from './policy-of.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-policy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Its receiver names a secret that the console has not. */
const text = `receivers: [{ name: chat, type: slack, url_file: /run/secrets/nowhere }]
calendars: { soc: { timezone: Europe/Paris, holidays: FR, open: { mon-fri: "08:00-19:00" } } }
policies:
  first: { steps: [{ after: 0m, tell: [chat] }] }
  second: { steps: [{ after: 0m, tell: [chat] }] }
routes:
  - { match: { level_min: critical }, policy: first, continue: true }
  - { match: { clinic_id: ["750300124"], calendar: soc, when: closed }, hold: true }
  - { match: {}, policy: second }
`;

describe('the policy that a case is told by', () => {
  it.each([
    ['the first of those that go on', text, { level: 'critical' as const }, 'first'],
    ['the one that matches', text, {}, 'second'],
    ['none while it waits for an opening', text, { clinics: ['750300124'] }, 'none'],
    ['unread where the file has mistakes', 'routes: 4\n', {}, 'unread'],
    ['unread where it is not there', undefined, {}, 'unread'],
  ])('is %s', (name, given, change, policy) => {
    const file = join(folder, `${name}.yaml`);
    if (given !== undefined) writeFileSync(file, given);
    expect(policyOf(file, rowOf(change), Date.parse('2026-11-29T12:00:00.000Z'))).toBe(policy);
  });

  it('is that which comes with Vigie where there is no file', () => {
    expect(policyOf(undefined, rowOf({}), Date.parse(atMinute(1)))).toBe('everybody');
  });
});

function rowOf(given: Parameters<typeof aChange>[2]) {
  const book = new CaseBook();
  book.addChange(aChange('a', 1, given));
  const view = book.caseOf(anIncidentId('a'), Date.parse(atMinute(1)));
  if (!view) throw new Error('the case is not there');
  return view.row;
}
