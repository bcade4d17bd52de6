import { createReadStream } from 'node:fs';
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline';
import { ClickHouseLeakStore } from '#libs/access-store/leaks/clickhouse-leak-store.js';
import { attributeLeak } from '#libs/attribution/attribute-leak.js';
import { attributionBody } from '#libs/attribution/attribution-body.js';
import { printable, printableLines } from '#libs/contracts/visible-text.js';
import type { Clock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { readCommandConfig } from '../config.js';
import { inputLines, refuse } from '../input-lines.js';
import { withStore } from '../with-store.js';
import { attributionText } from './attribution-text.js';
import type { AttributeOptions } from './command.js';
import { readSample } from './sample.js';

/** `vigie attribute`: which account took a sample. Throws a sentence for a person. */
export async function attributeCommand(
  file: string,
  { group, from, to, title, json }: AttributeOptions,
  clock: Clock,
): Promise<void> {
  const { patients, mistakes } = await readSample(linesOf(file));
  if (refuse(file === '-' ? 'sample' : file, mistakes)) return;
  if (from >= to) throw new ConfigError('--to lies before --from, or is the same');
  const question = { groupId: group, fromMs: from, toMs: to, title, by: userInfo().username, atMs: clock.now(), patients };
  const found = await withStore(readCommandConfig(), (client) => attributeLeak(new ClickHouseLeakStore(client), question));
  // Names come from the feeds: nothing of them reaches the terminal as an order.
  process.stdout.write(
    json
      ? printableLines(`${JSON.stringify(attributionBody(found), null, 2)}\n`)
      : attributionText(printable(found), printable(question)),
  );
}

function linesOf(file: string): AsyncIterable<string> {
  if (file === '-') return inputLines('vigie attribute - --group helix --from 2026-01-01 --to 2026-02-01 < sample.txt');
  return createInterface({ input: createReadStream(file), crlfDelay: Infinity });
}
