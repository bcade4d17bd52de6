/**
 * A thousand rule files of 60 kB of each shape: read for the first time, and again when one of them has changed, beside both YAML libraries and
 * JSON.parse over the same content. The libraries are measured over a few files, since they would take minutes for all.
 */
import { loadAll } from 'js-yaml';
import { parseAllDocuments } from 'yaml';
import { loadRules, type RuleFile } from '#libs/detection/rules/load/load-rules.js';
import { report } from './yardstick/report.js';

const count = Number(process.env['BENCH_FILES'] ?? 1_000);
const few = Math.max(1, Math.ceil(count / 50));
const fileBytes = 60_000;

const shapes: Readonly<Record<string, (file: number) => string>> = {
  'values of one list': (file) =>
    `detection:\n  selection:\n    actor_id:\n${filled((index) => `      - nurse-${file}-${index}-of-the-ward\n`)}  condition: selection\n`,
  'quoted texts': (file) =>
    `detection:\n  selection:\n    actor_id:\n${filled((index) => `      - 'Nurse ${file}-${index} of ward*'\n`)}  condition: selection\n`,
  'two rules counted together': (file) =>
    `detection:\n  selection:\n    actor_id:\n${filled((index) => `      - nurse-${file}-${index}\n`, fileBytes / 2)}  condition: selection\n---\n` +
    `title: Other ${file}\nname: other_${file}\nlogsource:\n  product: ehr\ndetection:\n  selection:\n    clinic_id:\n${filled((index) => `      - clinic-${file}-${index}\n`, fileBytes / 2)}  condition: selection\n---\n` +
    `title: Both ${file}\nname: both_${file}\nlevel: high\ncorrelation:\n  type: event_count\n  rules: [rule_${file}, other_${file}]\n  group-by: [group_id, actor_id]\n  timespan: 1h\n  condition: {gte: 5}\n`,
  'maps of a list': (file) =>
    `detection:\n  selection:\n${filled((index) => `    - actor_id: nurse-${file}-${index}\n      clinic_id: '75030${index}'\n`)}  condition: selection\n`,
  'maps under names': (file) =>
    `detection:\n${filled((index) => `  selection_${index}:\n    actor_id|startswith: nurse-${file}-${index}\n    action: export\n`, 60)}  condition: 1 of selection_*\n`,
};

report.note(`${count} files of ${fileBytes / 1_000} kB; by processor time`);
for (const [name, make] of Object.entries(shapes)) measure(name, (file) => headOf(file) + make(file));

function measure(name: string, make: (file: number) => string): void {
  const files = Array.from({ length: count }, (_, file): RuleFile => ({
    path: `${file}.yml`,
    text: Buffer.from(make(file)).toString(), // in one piece, as a file is
  }));
  const first = secondsOf(() => load(files));
  const changed = files.map((file, index): RuleFile => (index === 7 ? { ...file, text: `${file.text}# changed\n` } : file));
  const again = secondsOf(() => load(changed));
  const some = files.slice(0, few).map(({ text }) => text);
  const scale = count / few;
  const events = scale * secondsOf(() => some.forEach((text) => loadAll(text, () => undefined)));
  const careful = scale * secondsOf(() => some.forEach((text) => parseAllDocuments(text)));
  const json = some.map((text) => JSON.stringify(loadAll(text)));
  const plain = scale * secondsOf(() => json.forEach((text) => void JSON.parse(text)));
  report.figure(`${name}, for the first time`, first, 's');
  report.figure(`${name}, one changed`, again, 's');
  report.ratio(name, first / events, 'the time of js-yaml');
  report.ratio(name, first / careful, 'the time of yaml');
  report.ratio(name, first / plain, 'the time of JSON.parse');
}

function load(files: readonly RuleFile[]): void {
  const { rules, mistakes } = loadRules(files);
  const [mistake] = mistakes;
  if (mistake) throw new Error(`${mistake.file}:${mistake.line}: ${mistake.reason}`);
  if (rules.length !== count) throw new Error(`${rules.length} rules of ${count} files`);
}

function secondsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function headOf(file: number): string {
  return `title: Rule ${file}\nname: rule_${file}\nlevel: high\nlogsource:\n  product: ehr\n`;
}

function filled(partOf: (index: number) => string, spare = 0): string {
  let text = '';
  for (let index = 0; ; index += 1) {
    const part = partOf(index);
    if (text.length + part.length + 200 + spare > fileBytes) return text;
    text += part;
  }
}
