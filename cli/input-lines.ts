import { createInterface } from 'node:readline';
import { printable } from '#libs/contracts/visible-text.js';
import { ConfigError } from '#libs/runtime/config.js';
import type { LineMistake } from '#libs/formats/registers/register-csv.js';

/** Mistakes that are told one by one. */
const toldMax = 20;

/** The lines of standard input. Throws `ConfigError` at a terminal, where a person would wait for an answer that never comes. */
export function inputLines(example: string): AsyncIterable<string> {
  if (process.stdin.isTTY) throw new ConfigError(`this command reads lines on standard input: ${example}`);
  return createInterface({ input: process.stdin, crlfDelay: Infinity });
}

/**
 * The mistake of a line that was decoded from bytes which are no UTF-8, as spreadsheets write them unless they are asked; none where it was not. What
 * stood there is lost, and names of the registers are in documents and letters.
 */
export function encodingMistake(text: string, line: number): readonly LineMistake[] {
  if (!text.includes('\uFFFD')) return [];
  return [
    {
      line,
      reason:
        'it holds bytes that are not UTF-8: save the table as "CSV UTF-8", which is a choice of its own in Excel, or convert it',
    },
  ];
}

/** Tells mistakes on standard error, `place:line: reason`, and sets the exit code. Whether there was one. */
export function refuse(place: string, mistakes: readonly LineMistake[]): boolean {
  if (mistakes.length === 0) return false;
  for (const { line, reason } of mistakes.slice(0, toldMax)) process.stderr.write(`${place}:${line}: ${printable(reason)}\n`);
  const more = mistakes.length - toldMax;
  process.stderr.write(`${more > 0 ? `and ${more} more; ` : ''}nothing was changed\n`);
  process.exitCode = 1;
  return true;
}
