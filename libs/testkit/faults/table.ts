import { healthText } from './health-watch.js';
import type { FaultReport } from './run-fault.js';

const heads = ['fault', 'acknowledged', 'lost', 'doubled', 'unjudged', 'seconds to recover', 'health meanwhile', ''] as const;

/** A row for each fault, and below it what did not hold. */
export function tableOf(reports: readonly FaultReport[]): string {
  const rows = reports.map(cellsOf);
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [
    line(heads),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    ...reports.flatMap(({ fault, wrong }) => wrong.map((one) => `${fault.name}: ${one}`)),
  ].join('\n');
}

function cellsOf(report: FaultReport): readonly string[] {
  const { fault, acknowledged, lost, doubled, unjudged, recoverSeconds, health, ended, wrong } = report;
  const figures = [acknowledged, lost, doubled, unjudged].map(String);
  const seconds = recoverSeconds === undefined ? 'never' : recoverSeconds.toFixed(1);
  return [fault.name, ...figures, seconds, healthText(health, ended), wrong.length > 0 ? 'FAILED' : 'ok'];
}
