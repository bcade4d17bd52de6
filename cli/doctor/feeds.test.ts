import { expect, it } from '@jest/globals';
import type { SourceHealth } from '#libs/access-store/sources/source-health.js';
import { loadRules } from '#libs/detection/rules/load/load-rules.js';
import { feedFindings } from './feeds.js';

const { rules } = loadRules([
  {
    path: 'sessions.yml',
    text: [
      'title: In a session',
      'name: in_session',
      'logsource: {product: ehr}',
      'detection: {session: {session_id|exists: true}, condition: session}',
      '---',
      'title: Many sessions',
      'name: many_sessions',
      'level: high',
      'correlation: {type: value_count, rules: [in_session], group-by: [group_id, actor_id], timespan: 1h, condition: {field: session_id, gte: 5}}',
    ].join('\n'),
  },
]);

it('the doctor says which feed lacks what, which rules cannot hold for it, and what to do; nothing of one that is silent', () => {
  const [role, session, ...others] = feedFindings(
    [aFeed('dpi', ['actor_role', 'session_id']), aFeed('old', ['outcome'], 0)],
    rules,
  );
  expect(others).toEqual([]);
  expect(role).toMatchObject({ area: 'feeds', level: 'advice' });
  expect(role?.says).toBe('dpi@aleo: hardly any access of the last day says the role of its account (actor_role)');
  expect(role?.todo).toContain('archive_accounts');
  expect(session?.says).toContain('(session_id), so that 1 rule(s) cannot hold for it: Many sessions');
  expect(feedFindings([aFeed('dpi', [])], rules)).toEqual([
    { area: 'feeds', level: 'fine', says: 'of 1 feed(s) none lacks what rules need' },
  ]);
});

function aFeed(source: string, lacks: SourceHealth['lacks'], events_day = 500): SourceHealth {
  const figures = { events_hour: 0, events_day, habit_hour: 0, without_patient: 0, without_human: 0, dated_ahead: 0 };
  return { group_id: 'aleo', source, state: 'ok', ...figures, delay_seconds: 1, lacks, set_aside: {} };
}
