import { IncidentReader } from '#libs/access-store/incidents/incident-reader.js';
import { printable, printableLines } from '#libs/contracts/visible-text.js';
import { readCommandConfig } from '../config.js';
import { withStore } from '../with-store.js';
import { oneIncident, type Reasons, reasonsOf } from './reasons.js';
import { reasonsLines, reasonsText } from './reasons-text.js';

export interface WhyOptions {
  readonly limit: number;
  readonly format: 'table' | 'json' | 'ndjson';
}

/** `vigie why`: the events that made an incident fire. */
export async function whyCommand(prefix: string, { limit, format }: WhyOptions): Promise<void> {
  const reasons = await withStore(
    readCommandConfig(),
    async (client) => {
      const reader = new IncidentReader(client);
      return reasonsOf(reader, await oneIncident(reader, prefix.toLowerCase()), limit);
    },
    'patients',
  );
  process.stdout.write(reasonsOutput(reasons, format));
}

/** Names in it come from the feeds: nothing of them reaches the terminal as an order. */
export function reasonsOutput(reasons: Reasons, format: WhyOptions['format']): string {
  if (format === 'table') return reasonsText(printable(reasons));
  return printableLines(format === 'ndjson' ? reasonsLines(reasons) : `${JSON.stringify(reasons, null, 2)}\n`);
}
