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

/** Tells mistakes on standard error, `place:line: reason`, and sets the exit code. Whether there was one. */
export function refuse(place: string, mistakes: readonly LineMistake[]): boolean {
  if (mistakes.length === 0) return false;
  for (const { line, reason } of mistakes.slice(0, toldMax)) process.stderr.write(`${place}:${line}: ${printable(reason)}\n`);
  const more = mistakes.length - toldMax;
  process.stderr.write(`${more > 0 ? `and ${more} more; ` : ''}nothing was changed\n`);
  process.exitCode = 1;
  return true;
}
