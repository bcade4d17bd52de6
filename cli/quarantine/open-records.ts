import { readFileSync } from 'node:fs';
import type { QuarantineStore, SealedRow } from '#libs/access-store/quarantine/quarantine-store.js';
import { type PrivateQuarantineKey, parsePrivateKeys } from '#libs/quarantine/quarantine-keys.js';
import { opened } from '#libs/quarantine/seal.js';
import { ConfigError } from '#libs/runtime/config.js';
import type { choiceOf } from './list.js';

/** Rows that are read from the store at a time, and bytes of records that are sent at a time. */
export const pageRows = 200;
const pageBytesMax = 4 * 1024 * 1024;

/** A row with its record in clear: it is held in memory alone, and never told. */
export interface OpenedRow {
  readonly row: SealedRow;
  /** As `originalText` wrote it. */
  readonly record: string;
}

/** Told of rows whose seal does not open. */
export type NotOpened = (row: SealedRow, why: string) => void;

/** The private keys in a file. Throws `ConfigError`. */
export function privateKeysOf(path: string): readonly PrivateQuarantineKey[] {
  const parsed = parsePrivateKeys(readFileSync(path, 'utf8'));
  if ('mistakes' in parsed) throw new ConfigError(`${path}: ${parsed.mistakes.join('; ')}`);
  return parsed.keys;
}

/** The open rows that are chosen, in pages that fit one request. */
export async function* openedPages(
  store: Pick<QuarantineStore, 'sealed'>,
  choice: ReturnType<typeof choiceOf>,
  keys: readonly PrivateQuarantineKey[],
  notOpened: NotOpened,
): AsyncGenerator<readonly OpenedRow[]> {
  for (let after = ''; ;) {
    const rows = await store.sealed(choice, after, pageRows);
    let page: OpenedRow[] = [];
    let bytes = 0;
    for (const row of rows) {
      const read = opened(row.sealed, row, keys);
      if (read.kind === 'rejected') {
        notOpened(row, read.detail);
        continue;
      }
      page.push({ row, record: read.value });
      bytes += Buffer.byteLength(read.value);
      if (bytes < pageBytesMax) continue;
      yield page;
      [page, bytes] = [[], 0];
    }
    if (page.length) yield page;
    const last = rows.at(-1);
    if (!last) return;
    after = last.quarantine_id;
  }
}
