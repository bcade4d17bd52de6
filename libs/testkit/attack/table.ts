import { triedInside } from './catalogue.js';
import type { AttackReport } from './run-attacks.js';

const heads = ['attack', 'verdict', 'seconds', 'observed'] as const;

/** A row for each attack: what was seen in full, because that is what a person must judge. */
export function tableOf(reports: readonly AttackReport[]): string {
  const rows = reports.map(({ attack, verdict, seconds, observed }) => [
    attack.name,
    verdict.toUpperCase(),
    seconds.toFixed(0),
    observed,
  ]);
  const inside = triedInside.map(({ what, why, where }) => `not tried from outside: ${what} (${why}; tests in ${where})`);
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === heads.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(heads), line(heads.map((head) => '-'.repeat(head.length))), ...rows.map(line), '', ...inside].join('\n');
}
