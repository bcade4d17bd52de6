import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isLongRun } from '#libs/testkit/measures/long-run.js';
import { readRuleFiles } from '../load/read-rule-files.js';

const root = new URL('../../../../', import.meta.url).pathname;
const { files } = await readRuleFiles(join(root, 'rules'));
const page = await readFile(join(root, 'docs', 'rules.md'), 'utf8');
const examples = [...page.matchAll(/```yaml\n([^]*?)```/g)].flatMap(([, text = '']) => (text.startsWith('title:') ? [text] : []));

const packages = ['pysigma==1.5.1', 'pyyaml==6.0.4', 'jsonschema==4.26.0'];
const tools = join(root, '.cache', 'pysigma');
const python = join(tools, 'bin', 'python');
/** A checkout of SigmaHQ/sigma-specification; without one its schemas are not asked. */
const specification = process.env['VIGIE_SIGMA_SPECIFICATION'];

/** Why pySigma cannot be asked, if so. It is installed once. */
function whyNot(): string | undefined {
  if (!isLongRun) return 'npm run test:long asks';
  const steps = existsSync(join(tools, 'whole')) ? [] : [['python3', '-m', 'venv', tools], [python, '-m', 'pip', 'install', '--quiet', ...packages], [python, '-c', `open(${JSON.stringify(join(tools, 'whole'))}, 'w')`]]; // prettier-ignore
  for (const [command = '', ...args] of steps) {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
    if (status !== 0) return `${command} ${args.join(' ')}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
  }
  return undefined;
}

const reason = whyNot();
if (isLongRun && reason !== undefined) process.stderr.write(`pySigma is not asked: ${reason}\n`);

describe('other tools', () => {
  it('find no modifier in our rules that they read in another order', () => {
    // pySigma applies modifiers one after the other, so that cidr would look at the name of a list.
    for (const { path, text } of files) expect([path, /\|(?:cidr\|expand|expand\|cidr)/.exec(text)]).toEqual([path, null]);
  });

  const ask = reason === undefined ? it : it.skip;
  ask(`pySigma takes every rule and exception that comes with Vigie${reason ? ` (skipped: ${reason})` : ''}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vigie-pysigma-'));
    await Promise.all(examples.map((text, index) => writeFile(join(folder, `example_of_docs_${index}.yml`), text)));
    const given = [...files.map(({ path }) => path), ...examples.map((_, index) => join(folder, `example_of_docs_${index}.yml`))];
    const schemas = specification === undefined ? [] : ['--schemas', join(specification, 'json-schema')];
    const script = join(root, 'libs', 'detection', 'rules', 'tests', 'read_with_pysigma.py');
    const { stdout, stderr } = spawnSync(python, [script, ...given, ...schemas], { encoding: 'utf8' });
    await rm(folder, { recursive: true });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ rules: expect.any(Number), mistakes: [] });
  });
});
