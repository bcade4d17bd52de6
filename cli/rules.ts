import { resolve } from 'node:path';
import { reportLines, reportSummary } from '#libs/detection/cases/case-report.js';
import { checkRules, mistakeText } from '#libs/detection/rules/load/check-rules.js';
import { ownListFiles, readAllRuleFiles } from '#libs/detection/rules/load/read-rule-files.js';
import { readLists } from '#libs/detection/rules/load/require-rules.js';
import { runCases } from '#libs/detection/cases/run-cases.js';
import { printable } from '#libs/contracts/visible-text.js';
import { systemClock } from '#libs/runtime/clock.js';
import { readCommandConfig } from './config.js';

/**
 * `vigie rules check`: what each event rule selects, what each rule and each exception means, on standard output; every mistake and every exception that has expired on
 * standard error; exit code 1 when there is a mistake.
 */
export async function checkRulesCommand(paths: readonly string[]): Promise<void> {
  const { folders, lists, listFiles } = await readInput(paths);
  const { events, sentences, exceptions, warnings, mistakes, passedOver } = await checkRules(
    folders,
    lists,
    systemClock.now(),
    listFiles,
  );
  for (const sentence of [...events, ...sentences, ...exceptions]) process.stdout.write(`${sentence}\n`);
  for (const mistake of mistakes) process.stderr.write(`${mistakeText(mistake)}\n`);
  for (const warning of warnings) process.stderr.write(`${mistakeText(warning)}\n`);
  if (passedOver !== undefined) process.stderr.write(`${passedOver}\n`);
  process.stderr.write(`${sentences.length} rule(s), ${exceptions.length} exception(s), ${mistakes.length} mistake(s)\n`);
  process.exitCode = mistakes.length ? 1 : 0;
}

/** `vigie rules test`: runs the cases of every rule; exit code 1 when one fails or a file has a mistake. */
export async function testRulesCommand(paths: readonly string[]): Promise<void> {
  const { folders, lists } = await readInput(paths);
  const { files, mistakes: unread } = await readAllRuleFiles(folders);
  const report = runCases(files, lists, unread);
  for (const mistake of report.mistakes) process.stderr.write(`${mistakeText(mistake)}\n`);
  const failures = report.results.flatMap(({ failure }) => failure ?? []);
  for (const line of reportLines(report)) process.stdout.write(`${printable(line)}\n`);
  for (const failure of failures) process.stderr.write(`${printable(failure)}\n`);
  process.stderr.write(`${reportSummary(report)}, ${report.mistakes.length} mistake(s)\n`);
  process.exitCode = failures.length || report.mistakes.length ? 1 : 0;
}

async function readInput(paths: readonly string[]) {
  const config = readCommandConfig();
  const lists = await readLists(config.VIGIE_LISTS_DIR, config.VIGIE_CLINICS_FILE);
  const folders = paths.length ? paths : [config.VIGIE_RULES_DIR];
  // Rules of another folder need not name all lists of this one.
  const isWhole = folders.some((path) => resolve(path) === resolve(config.VIGIE_RULES_DIR));
  return { folders, lists, listFiles: isWhole ? await ownListFiles(config.VIGIE_LISTS_DIR) : [] };
}
