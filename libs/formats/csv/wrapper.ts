import { accepted } from '#libs/runtime/outcome.js';
import type { Wrapper } from '../input-format.js';
import { endsInReturns } from './lines.js';
import { delimiterNamedBy, delimiterOf } from './header.js';
import { csvTextRows, rowPayload } from './rows.js';

/** Characters in which a heading shows. */
const lookMax = 16 * 1024;

/** Lines in which it does: some exports leave empty ones below their heading. */
const linesMax = 16;

const name = /^"?[\p{L}_][\p{L}\p{N}_ .:()[\]/'°-]{0,80}"?$/u;

/** A table as one text: a heading of names, and lines of as many cells behind it. Its rows are the records. */
export const csvWrapper: Wrapper = {
  name: 'csv',
  kind: 'text',
  recognises: (payload) => payload.kind === 'text' && isTable(payload.text),
  *unwrap(payload) {
    if (payload.kind !== 'text') return;
    for (const { row } of csvTextRows(payload.text))
      yield row.kind === 'rejected' ? row : accepted(rowPayload(row.value, payload.envelope));
  },
};

function isTable(text: string): boolean {
  const begin = text.slice(0, lookMax).replace(/^\s*\uFEFF?\s*/, '');
  if (begin.startsWith('<')) return false;
  const lines = begin.split(endsInReturns(begin) ? '\r' : /\r?\n/, linesMax);
  const [first = '', second = '', third = ''] = lines.filter((line) => line.trim());
  const named = delimiterNamedBy(first);
  const [heading, row] = named ? [second, third] : [first, second];
  const delimiter = named ?? delimiterOf(heading);
  const names = heading.split(delimiter);
  return names.length > 2 && names.every((one) => name.test(one.trim())) && row.includes(delimiter);
}
