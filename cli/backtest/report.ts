import { printable, printableLines } from '#libs/contracts/visible-text.js';
import { isoOf } from '#libs/runtime/clock.js';
import { type BacktestReport, tableOf } from './report-table.js';
import type { BacktestCommandOptions } from './command.js';

export function reportText(report: BacktestReport, format: BacktestCommandOptions['format']): string {
  const { comparison, suppressed, undecided } = report.result;
  const { incidents, ...counts } = comparison;
  const summary = {
    rules: report.rulesFolder,
    baseline: report.baseline || 'told',
    ...(report.budgets && { budget: report.budgets.tried, present_budget: report.budgets.present }),
    source: report.source,
    from: isoOf(report.fromMs),
    to: isoOf(report.toMs),
    read_from: isoOf(report.readFromMs),
    rows: report.rows,
    bad_lines: report.badLines,
    seconds: Math.round(report.seconds * 10) / 10,
    ...counts,
    suppressed: suppressed.length,
    undecided: undecided.reduce((sum, { subjects }) => sum + subjects, 0),
  };
  switch (format) {
    case 'table':
      return tableOf(printable(report));
    case 'json':
      return printableLines(`${JSON.stringify({ summary, incidents, suppressed, undecided }, null, 1)}\n`);
    case 'ndjson': {
      const lines = [
        ...incidents.map((one) => ({ type: 'incident', ...one })),
        ...suppressed.map((one) => ({ type: 'suppressed', ...one })),
        ...undecided.map((one) => ({ type: 'undecided', ...one })),
        { type: 'summary', ...summary },
      ];
      return printableLines(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    }
  }
}
