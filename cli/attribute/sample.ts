import { hex128 } from '#libs/contracts/access-row.js';
import type { LineMistake } from '#libs/formats/registers/register-csv.js';

/** Headings of the first column that may stand over pseudonyms. */
const headings = new Set(['patient_id', 'pseudonym']);

/**
 * Pseudonyms, one a line or in the first column of a CSV; empty lines are left out. A line that holds something else may hold a clear
 * identifier: it is refused by its number, and nothing of it is told.
 */
export async function readSample(
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<{ readonly patients: readonly string[]; readonly mistakes: readonly LineMistake[] }> {
  const patients: string[] = [];
  const mistakes: LineMistake[] = [];
  let line = 0;
  for await (const text of lines) {
    line += 1;
    const [cell = ''] = text.replace(/^\ufeff/, '').split(/[,;|\t]/);
    const value = cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .toLowerCase();
    if (text.trim() === '' || (line === 1 && headings.has(value))) continue;
    if (hex128.safeParse(value).success) patients.push(value);
    else mistakes.push({ line, reason: 'not a pseudonym of 32 hexadecimal digits; give those that vigie pseudonymise makes' });
  }
  return { patients, mistakes };
}
