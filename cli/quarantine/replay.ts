import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { QuarantineStore } from '#libs/access-store/quarantine/quarantine-store.js';
import { printableLines } from '#libs/contracts/visible-text.js';
import { originalOf, readOriginal } from '#libs/formats/read/original.js';
import type { SourceContext } from '#libs/formats/to-rows.js';
import { type Clock, systemClock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { readSources } from '#libs/sources/read-sources.js';
import type { Source } from '#libs/sources/source.js';
import { addressOf, readCommandConfig } from '../config.js';
import { linesOf } from '../sources/trial.js';
import { keysOf, sourceNamed } from '../sources/try.js';
import { withStore } from '../with-store.js';
import { readReplayConfig } from './config.js';
import { type ChoiceOptions, choiceOf } from './list.js';
import { type NotOpened, type OpenedRow, openedPages, privateKeysOf } from './open-records.js';

export interface ReplayOptions extends ChoiceOptions {
  readonly key: string;
  readonly dryRun?: boolean;
  readonly tokenFile?: string;
  readonly url?: string;
}

/** What became of the rows of a replay. */
export interface ReplayTotals {
  rows: number;
  replayed: number;
  events: number;
}

const answerShape = z.object({
  records: z.array(
    z.object({ quarantine_id: z.string(), events: z.number(), refused: z.number(), reason: z.string().optional() }),
  ),
});

/** `vigie quarantine replay`: reads sealed records again. Ends with 1 where one was not opened or still cannot be taken. */
export async function replayCommand(options: ReplayOptions): Promise<void> {
  const { dryRun: isDry = false } = options;
  const keys = privateKeysOf(options.key);
  const choice = choiceOf(options);
  const totals: ReplayTotals = { rows: 0, replayed: 0, events: 0 };
  const failed: NotOpened = ({ quarantine_id }, why) => {
    totals.rows += 1;
    say(`${quarantine_id}: ${why}`);
  };
  await withStore(readCommandConfig(), async (client) => {
    const store = new QuarantineStore(client);
    const work = isDry ? dryRun() : sending(options, store, systemClock);
    for await (const page of openedPages(store, choice, keys, failed)) await work(page, totals);
  });
  const { rows, replayed, events } = totals;
  say(`${rows} record(s), ${replayed} ${isDry ? 'would be taken' : 'replayed'} as ${events} event(s)`);
  if (replayed < rows) process.exitCode = 1;
}

type Work = (page: readonly OpenedRow[], totals: ReplayTotals) => Promise<void>;

/** Shows what each record would become by the configuration of today, without a clear identifier. */
function dryRun(): Work {
  const { config, environment, path } = readReplayConfig();
  const { sources } = readSources(path, { environment, reach: 'machine', withoutTokens: true });
  const contexts = new Map<string, SourceContext & Pick<Source, 'reading'>>();
  const contextOf = (name: string) => {
    const source = sourceNamed(sources, name, path);
    const context = contexts.get(name) ?? { ...source, keys: keysOf(config, source.groupId).keys };
    contexts.set(name, context);
    return context;
  };
  return async (page, totals) => {
    for (const { row, record } of page) {
      const { lines, events, refused } = becomes(record, contextOf(`${row.source}@${row.group_id}`), systemClock.now());
      for (const line of lines) process.stdout.write(`${printableLines(line)}\n`);
      totals.rows += 1;
      totals.events += events;
      totals.replayed += events > 0 && refused === 0 ? 1 : 0;
    }
  };
}

/** What a record would become: `{"record", "row"}` or `{"record", "refused", "field", "reason"}`. */
export function becomes(record: string, source: SourceContext & Pick<Source, 'reading'>, nowMs: number) {
  const original = originalOf(Buffer.from(record), nowMs);
  if (original.kind === 'rejected')
    return { lines: [JSON.stringify({ record: 0, refused: original.reason, reason: original.detail })], events: 0, refused: 1 };
  const { lines, events, refused, beside } = linesOf(readOriginal(original.value, source.reading), source, nowMs);
  return { lines, events, refused: refused + beside };
}

/** Sends records to the ingestor under their source's token, and writes down which are events now. */
export function sending({ tokenFile, url, source }: ReplayOptions, store: Pick<QuarantineStore, 'replayed'>, clock: Clock): Work {
  if (!tokenFile || !source)
    throw new ConfigError(
      '--source and --token-file are needed: records are sent under the token of their own source; or --dry-run',
    );
  const token = readFileSync(tokenFile, 'utf8').trim();
  const address = `${url ?? addressOf(readCommandConfig(), 'ingestor')}/v1/replays`;
  return async (page, totals) => {
    const records = await sent(address, token, page);
    const rows = new Map(page.map(({ row }) => [row.quarantine_id, row]));
    const taken = records.flatMap(({ quarantine_id, events, refused }) => {
      const row = rows.get(quarantine_id);
      return row && events > 0 && refused === 0 ? [{ ...row, events }] : [];
    });
    await store.replayed(taken, clock.now());
    for (const { quarantine_id, refused, reason = '' } of records) if (refused) say(`${quarantine_id}: ${reason}`);
    totals.rows += page.length;
    totals.replayed += taken.length;
    totals.events += taken.reduce((sum, { events }) => sum + events, 0);
  };
}

/** What became of each record of a page. What is too much for one request goes in halves, down to a record by itself, which stays open. */
async function sent(address: string, token: string, page: readonly OpenedRow[]): Promise<z.infer<typeof answerShape>['records']> {
  const body = page.map(({ row, record }) => `${JSON.stringify(lineOf(row, record))}\n`).join('');
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' };
  const answer = await fetch(address, { method: 'POST', headers, body });
  const text = await answer.text();
  if (answer.status === 200) return answerShape.parse(JSON.parse(text)).records;
  const told = `the ingestor answers ${answer.status} at ${address}: ${text.slice(0, 500)}`;
  if (answer.status !== 413) throw new Error(`${told}; what was replayed before stays, run it again`);
  const [first, ...rest] = page;
  if (first && !rest.length) return [{ quarantine_id: first.row.quarantine_id, events: 0, refused: 1, reason: told }];
  const middle = page.length >> 1;
  return [...(await sent(address, token, page.slice(0, middle))), ...(await sent(address, token, page.slice(middle)))];
}

function lineOf({ quarantine_id, group_id, source }: OpenedRow['row'], record: string) {
  return { quarantine_id, group_id, source, record };
}

function say(text: string): void {
  process.stderr.write(`${printableLines(text)}\n`);
}
