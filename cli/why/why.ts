import { IncidentReader } from '#libs/access-store/incidents/incident-reader.js';
import { readCommandConfig } from '../config.js';
import { withStore } from '../with-store.js';
import { oneIncident, reasonsOf } from './reasons.js';
import { reasonsLines, reasonsText } from './reasons-text.js';

export interface WhyOptions {
  readonly limit: number;
  readonly format: 'table' | 'json' | 'ndjson';
}

/** `vigie why`: the events that made an incident fire. */
export async function whyCommand(prefix: string, { limit, format }: WhyOptions): Promise<void> {
  const reasons = await withStore(readCommandConfig(), async (client) => {
    const reader = new IncidentReader(client);
    return reasonsOf(reader, await oneIncident(reader, prefix.toLowerCase()), limit);
  });
  if (format === 'json') process.stdout.write(`${JSON.stringify(reasons, null, 2)}\n`);
  else process.stdout.write(format === 'ndjson' ? reasonsLines(reasons) : reasonsText(reasons));
}
