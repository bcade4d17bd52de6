import { levels } from '#libs/contracts/incident.js';
import { type EndpointPaused, noticeIncidentsMax } from '#libs/contracts/webhook-body.js';
import { isoOf } from '#libs/runtime/clock.js';
import type { ToldChange } from '../channels/channel.js';
import type { Trouble } from './endpoint-state.js';

/** What the others are told of an endpoint that takes nothing; times are wall clock, in milliseconds. There must be something that waits. */
export function noticeOf(
  endpoint: string,
  trouble: Trouble,
  waiting: readonly ToldChange[],
  { now, nextAttemptAt }: { readonly now: number; readonly nextAttemptAt: number },
): EndpointPaused {
  const newest = new Map(waiting.map((change) => [change.incident_id, change]));
  const urgent = [...newest.values()].toSorted((a, b) => levels.indexOf(b.level) - levels.indexOf(a.level));
  return {
    type: 'endpoint.paused',
    timestamp: isoOf(now),
    data: {
      endpoint,
      status: trouble.status,
      reason: trouble.reason,
      waiting: waiting.length,
      waiting_by_level: byLevel(waiting),
      oldest_changed_at: waiting.reduce((oldest, { changed_at: at }) => (at < oldest ? at : oldest), isoOf(now)),
      next_attempt_at: isoOf(nextAttemptAt),
      incidents: urgent.slice(0, noticeIncidentsMax).map(({ incident_id, group_id, level, change_type, patients }) => ({
        incident_id,
        group_id,
        level,
        change_type,
        patients,
      })),
    },
  };
}

function byLevel(waiting: readonly ToldChange[]): EndpointPaused['data']['waiting_by_level'] {
  const counts = { informational: 0, low: 0, medium: 0, high: 0, critical: 0 };
  for (const { level } of waiting) counts[level] += 1;
  return counts;
}
