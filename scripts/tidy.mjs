/**
 * The house style that a machine can enforce. Each rule names what to use instead. Prints `file:line: what, instead` and exits 1 when
 * something is untidy.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  circleMistakes,
  crowdMistakes,
  doorMistakes,
  floorMistakes,
  loopMistakes,
  packageMistakes,
  purposeMistakes,
} from './rooms.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const linesMax = 300;

const test = /\.test\.ts$|^tests\/|^libs\/testkit\//;
const outside =
  (...folders) =>
  (file) =>
    !folders.some((folder) => file.startsWith(folder));

const rules = [
  {
    what: 'the wall clock',
    pattern: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\b(setTimeout|setInterval)\(/,
    instead: 'take a Clock from libs/runtime/clock.ts by constructor; in the pages web/src/live/clock.ts',
    applies: (file) => outside('libs/runtime/', 'bench/', 'scripts/', 'web/src/live/clock.ts')(file) && !test.test(file),
  },
  {
    what: 'chance',
    pattern: /\bMath\.random\(/,
    instead: 'take a random function by constructor (libs/runtime/random.ts, or a seeded one)',
    applies: (file) => outside('libs/runtime/', 'bench/')(file),
  },
  {
    what: 'the environment',
    pattern: /\bprocess\.env\b/,
    instead: 'read it in a config.ts through libs/runtime/config.ts',
    applies: (file) =>
      outside('libs/runtime/', 'bench/', 'scripts/', 'cli/')(file) && !file.endsWith('config.ts') && !test.test(file),
  },
  {
    what: 'an error of this realm alone',
    pattern: /\binstanceof Error\b/,
    instead: 'isError, messageOf or codeOf from libs/runtime/outcome.ts: what Node throws is of another realm under Jest',
    applies: (file) => outside('libs/runtime/outcome.ts', 'bench/', 'scripts/', 'web/')(file) && !test.test(file),
  },
  {
    what: 'a statement that the formatter is kept from',
    pattern: /^(?!\s*(\]|\} as const)).*\S \/\/ prettier-ignore$/,
    instead: 'the formatter; only tables keep the columns that they were written in',
    applies: () => true,
  },
  // Behind a cast comes no word: in a sentence, "as any other" does.
  {
    what: 'any',
    pattern: /:\s*any\b|\bas any\b(?!\s+\w)|<any>/,
    instead: 'unknown, and a schema or a guard',
    applies: () => true,
  },
  {
    what: 'kafkajs outside its adapter',
    pattern: /from 'kafkajs'/,
    instead: 'the port in libs/event-log/port.ts',
    // What is asked of the brokers about our services, and what others write into topics of sources, must not go through our own adapter.
    applies: outside(
      'libs/event-log/kafka/',
      'libs/testkit/faults/kafka-view.ts',
      'services/ingestor/inlets/topic-inlets-kafka.test.ts',
      'bench/',
    ),
  },
  {
    what: 'lmdb outside its adapters',
    pattern: /from 'lmdb'/,
    instead: 'the port in libs/event-log/port.ts',
    applies: outside('libs/event-log/embedded/', 'bench/'),
  },
  {
    what: 'the ClickHouse client outside the store',
    pattern: /from '@clickhouse\/client'/,
    instead: 'the port in libs/access-store',
    applies: (file) => outside('libs/access-store/', 'bench/', 'services/clickhouse/')(file) && !test.test(file),
  },
  {
    what: 'Nest in the core',
    pattern: /from '@nestjs\//,
    instead: 'a plain class; Nest belongs in services/*/main.ts, *.module.ts, controllers and the nest/ folder of an adapter',
    applies: (file) => file.startsWith('libs/') && !file.startsWith('libs/runtime/') && !file.includes('/nest/'),
  },
  {
    what: 'a service that imports another',
    pattern: /from '#services\//,
    instead: 'libs/contracts: services share nothing else',
    applies: (file) => file.startsWith('services/') && !test.test(file),
  },
  {
    what: 'a client, clock or logger in the pure core',
    pattern: /from '(node:(fs|net|http|child_process)|#libs\/(runtime\/(clock|log|metrics)|event-log|access-store))/,
    instead: 'values in, values out',
    applies: (file) =>
      /^libs\/(attribution|audit|care|cases|detection|formats|habits|pseudonyms|routing)\//.test(file) &&
      !test.test(file) &&
      !/(rules\/load\/(find-files|read-text|read-rule-files)|key-file)/.test(file),
  },
  {
    what: 'more than contracts and texts in the pages',
    pattern: /from '#(services\/|libs\/(?!contracts\/|texts\/))/,
    instead: 'what the console answers: a browser gets nothing else',
    applies: (file) => file.startsWith('web/'),
  },
  {
    what: 'a contract at run time in the pages',
    pattern: /^import (?!type\b).*from '#libs\/contracts\//,
    instead: 'import type: schemas bring their library along, which is larger than the pages',
    applies: (file) => file.startsWith('web/'),
  },
  {
    what: 'a whole case in what the console answers',
    pattern: /\b(CaseRow|CaseState|CaseBook)\b|\bbook\.(rows|unsortedRows|openRows|casesBeginning)\(/,
    instead: 'CaseSight: it knows what of a case its reader may see',
    applies: (file) =>
      /^services\/console\/(answer|mcp|study)\/|^services\/console\/[a-z-]+\.controller\.ts$/.test(file) &&
      !test.test(file) &&
      !/answer\/(dossiers|case-feed)\.ts$/.test(file),
  },
  {
    what: 'an unfinished place',
    pattern: /\b(TODO|FIXME|XXX)\b/,
    instead: 'finish it, or write a decision',
    applies: (file) => file !== 'scripts/tidy.mjs',
  },
  {
    what: 'a focused or silent test',
    pattern: /\b(it|describe|test)\.only\(|\bx(it|describe)\(/,
    instead: 'run all of them',
    applies: () => true,
  },
];

const listed = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx', '*.mjs', '*.sql'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((file) => file && existsSync(`${root}/${file}`));
/** What a program left behind, as under a value that was no path, has a name that nobody would give. NUL stands between names, since they may hold anything. */
const named = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file && existsSync(`${root}/${file}`));
const files = listed.filter((file) => !file.endsWith('.sql'));
const sources = new Map(files.map((file) => [file, readFileSync(`${root}/${file}`, 'utf8')]));
const untidy = [
  ...named
    .filter((file) => !/^[\w@.+/-]+$/.test(file))
    .map((file) => `${JSON.stringify(file)}: a name of other signs than letters, digits and @._+-; remove or rename it`),
  ...floorMistakes(sources),
  ...doorMistakes(sources),
  ...circleMistakes(sources),
  ...loopMistakes(sources),
  ...purposeMistakes(sources),
  ...crowdMistakes(listed),
  ...packageMistakes(JSON.parse(readFileSync(`${root}/package.json`, 'utf8')), sources),
];
for (const [file, text] of sources) {
  const lines = text.split('\n');
  const isTest = /\.(test|suite|fixture)\.ts$/.test(file);
  const saysWhy = lines.slice(0, 40).some((line) => line.includes('Longer than the house likes:'));
  if (lines.length > linesMax && !isTest && !saysWhy)
    untidy.push(
      `${file}:1: ${lines.length} lines, more than ${linesMax}; split it, or say why in its head ("Longer than the house likes: ...")`,
    );
  lines.forEach((line, index) => {
    const code = line.replace(/^\s*(\/?\*|\/\/).*$/, '');
    for (const rule of rules)
      if (file !== 'scripts/tidy.mjs' && rule.applies(file) && rule.pattern.test(code))
        untidy.push(`${file}:${index + 1}: ${rule.what}; use ${rule.instead}`);
  });
}
for (const line of untidy) console.log(line);
console.log(untidy.length ? `${untidy.length} untidy places in ${files.length} files` : `tidy: ${files.length} files`);
process.exit(untidy.length ? 1 : 0);
