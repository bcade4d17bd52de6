import { expect, it } from '@jest/globals';
import { Command } from 'commander';
import { namesUnknown } from './named-command.js';

it.each([
  [['case'], 'listed'],
  [['case', '--all'], 'listed'],
  [['case', 'list', '--all'], 'listed'],
  [['case', 'lst'], "error: unknown command 'lst'; there are list, show\n"],
  [['case', '--all', 'lst'], "error: unknown command 'lst'; there are list, show\n"],
  [['case', 'list', 'x'], "error: 'list' takes no argument, and got 'x'\n"],
] as const)('vigie %s', async (words, said) => {
  let told = '';
  const program = new Command('vigie').exitOverride().configureOutput({ writeErr: (text) => (told += text) });
  const cases = program.command('case');
  const list = cases.command('list', { isDefault: true }).option('--all');
  namesUnknown(list).action(() => void (told += 'listed'));
  cases.command('show').action(() => {});
  await program.parseAsync([...words], { from: 'user' }).catch(() => {});
  expect(told).toBe(said);
});
