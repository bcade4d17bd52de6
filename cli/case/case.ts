import { printable, printableLines } from '#libs/contracts/visible-text.js';
import { readCommandConfig } from '../config.js';
import { caseText, listText } from './case-text.js';
import { consoleClient } from './console-client.js';

export interface ListOptions {
  readonly status?: string;
  readonly level?: string;
  readonly owner?: string;
  readonly clinic?: string;
  readonly rule?: string;
  readonly q?: string;
  readonly limit: number;
  readonly format: 'table' | 'json';
}

export async function listCommand({ limit, format, ...filters }: ListOptions): Promise<void> {
  const rows = await consoleClient(readCommandConfig()).list(filters, limit);
  process.stdout.write(format === 'json' ? json(rows) : listText(printable(rows)));
}

export async function showCommand(id: string, { format }: Pick<ListOptions, 'format'>): Promise<void> {
  const client = consoleClient(readCommandConfig());
  const [one, timeline] = await Promise.all([client.show(id), client.timeline(id)]);
  process.stdout.write(
    format === 'json' ? json({ ...one, lines: timeline.lines }) : caseText(printable(one), printable(timeline)),
  );
}

/** Does one thing with a case and says how it stands then. */
export async function actCommand(id: string, body: object): Promise<void> {
  process.stdout.write(listText(printable([await consoleClient(readCommandConfig()).act(id, body)])));
}

/** Each of the others may be given by its first digits. */
export async function linkCommand(id: string, others: readonly string[]): Promise<void> {
  const client = consoleClient(readCommandConfig());
  const shown = await Promise.all(others.map((other) => client.show(other)));
  await actCommand(id, { type: 'case.linked', incident_ids: shown.map((one) => one.case.case_id) });
}

function json(value: unknown): string {
  return printableLines(`${JSON.stringify(value, null, 1)}\n`);
}
