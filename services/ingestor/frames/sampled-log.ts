import { feedGaps } from '#libs/contracts/vocabulary.js';
import type { EventLog } from '#libs/event-log/port.js';
import { isObject, parseItem } from '#libs/formats/json/parse-item.js';
import type { Metrics } from '#libs/runtime/metrics.js';

type Appends = Pick<EventLog, 'append'>;

/** What of a feed may be lacking that one row shows. */
const fields = feedGaps.filter((gap) => gap !== 'one_source_ip');
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
  // Never thrown on: the frame is acknowledged, and would be appended again.
  const read = parseItem(bytes, 0, end < 0 ? bytes.length : end);
  const row = read.kind === 'accepted' ? read.value : undefined;
  if (!isObject(row)) return;
  const { group_id, source } = row;
  if (typeof group_id !== 'string' || typeof source !== 'string') return;
  metrics.add('vigie_rows_sampled_total', { group_id, source });
  for (const field of fields)
    if (isLacking(row, field)) metrics.add('vigie_rows_sampled_without_total', { group_id, source, field });
}

/** A row without a patient has no link that could be known. */
function isLacking(row: Readonly<Record<string, unknown>>, field: (typeof fields)[number]): boolean {
  if (field === 'outcome') return row['outcome'] === 'unknown';
  return row[field] === undefined && !(field === 'care_link' && row['patient_id'] === '');
}
