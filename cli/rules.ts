import { checkRules, mistakeText } from '#libs/detection/rules/check-rules.js';
import { readLists } from '#libs/detection/rules/require-rules.js';
import { readCommandConfig } from './config.js';

/** `vigie rules check`: what each rule means on standard output, every mistake on standard error, exit code 1 when there is one. */
export async function checkRulesCommand(paths: readonly string[]): Promise<void> {
  const config = readCommandConfig();
  const { sentences, mistakes } = await checkRules(
    paths.length ? paths : [config.VIGIE_RULES_DIR],
    await readLists(config.VIGIE_LISTS_DIR),
  );
  for (const sentence of sentences) process.stdout.write(`${sentence}\n`);
  for (const mistake of mistakes) process.stderr.write(`${mistakeText(mistake)}\n`);
  process.stderr.write(`${sentences.length} rule(s), ${mistakes.length} mistake(s)\n`);
  process.exitCode = mistakes.length ? 1 : 0;
}
