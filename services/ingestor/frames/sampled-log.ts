import type { EventLog } from '#libs/event-log/port.js';
import type { Metrics } from '#libs/runtime/metrics.js';

type Appends = Pick<EventLog, 'append'>;

/** What rules need that many feeds do not have. */
const fields = ['actor_role', 'session_id', 'source_ip', 'outcome', 'care_link'] as const;
const lineFeed = 10;

/**
 * The log, which of each frame of accesses that it acknowledges has the first row looked at: which fields it lacks, by source. A look at every row would
 * cost as much as making it, and of a feed that never says a field the first rows say so as well.
 */
export function sampledLog(log: Appends, metrics: Metrics): Appends {
  return {
    append: async (at, bytes) => {
      const outcome = await log.append(at, bytes);
      sample(bytes, metrics);
      return outcome;
    },
  };
}

function sample(bytes: Uint8Array, metrics: Metrics): void {
  const end = bytes.indexOf(lineFeed);
  const row = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, end < 0 ? bytes.length : end).toString());
  const { group_id, source } = row;
  metrics.add('vigie_rows_sampled_total', { group_id, source });
  for (const field of fields)
    if (isLacking(row, field)) metrics.add('vigie_rows_sampled_without_total', { group_id, source, field });
}

/** A row without a patient has no link that could be known. */
function isLacking(row: Readonly<Record<string, unknown>>, field: (typeof fields)[number]): boolean {
  if (field === 'outcome') return row['outcome'] === 'unknown';
  return row[field] === undefined && !(field === 'care_link' && row['patient_id'] === '');
}
