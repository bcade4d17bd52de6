import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkRules, mistakeText } from './check-rules.js';
import { readRuleFiles, readValueLists } from './read-rule-files.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-rules-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

describe('a folder of rules', () => {
  it('is read with its folders, in the order of paths, without what is hidden or no YAML', async () => {
    await write({ 'b.yml': 'b', 'a/c.yaml': 'c', '.hidden.yml': 'x', 'notes.md': 'x' });
    const { files, mistakes } = await readRuleFiles(folder);
    expect(files).toEqual([{ path: join(folder, 'a/c.yaml'), text: 'c' }, { path: join(folder, 'b.yml'), text: 'b' }]); // prettier-ignore
    expect(mistakes).toEqual([]);
  });

  it('may be one file', async () => {
    await write({ 'b.yml': 'b' });
    expect((await readRuleFiles(join(folder, 'b.yml'))).files).toHaveLength(1);
  });

  it('that is empty is a mistake', async () => {
    const reason = 'there is no .yml file here: a system without rules finds nothing, give the folder of the rules';
    expect((await readRuleFiles(folder)).mistakes).toEqual([{ file: folder, line: 1, reason }]);
  });

  it('that is not there is a mistake', async () => {
    const { mistakes } = await readRuleFiles(join(folder, 'none'));
    expect(mistakes.map(mistakeText)).toEqual([expect.stringMatching(/none:1: cannot be read: ENOENT/)]);
  });

  it('with a huge file is refused before it is read', async () => {
    await write({ 'a.yml': 'x'.repeat(65_537) });
    const { files, mistakes } = await readRuleFiles(folder);
    expect(files).toEqual([]);
    expect(mistakes[0]?.reason).toBe('the file has 65537 bytes, more than 65536: split it into several files');
  });

  it('is checked together with the other paths, each file once', async () => {
    const event = 'title: a\nname: a\nlogsource: {product: ehr}\ndetection: {x: {actor_id|expand: "%staff%"}, condition: x}\n';
    const correlation =
      'title: Two\nname: b\nlevel: low\ncorrelation: {type: value_count, rules: a, group-by: [group_id, actor_id], timespan: 90m, condition: {field: [patient_id, clinic_id], gt: 1}}\n';
    await write({ 'a.yml': event, 'more/b.yml': correlation });
    const { sentences, mistakes } = await checkRules([folder, join(folder, 'more')], new Map([['staff', ['x']]]));
    expect(mistakes).toEqual([]);
    expect(sentences).toEqual([
      `${join(folder, 'more/b.yml')}:1 Two: Raises a low incident when one account reaches at least 2 different combinations of patient_id and clinic_id within 90 minutes.`,
    ]);
  });
});

describe('a folder of lists', () => {
  it('gives one list a text file, without comments and empty lines', async () => {
    await write({ 'service_accounts.txt': '# ours\nsvc-a\r\n\n  svc-b  \n', 'other.csv': 'x' });
    expect(await readValueLists(folder)).toEqual(new Map([['service_accounts', ['svc-a', 'svc-b']]]));
  });

  it('that is not there has none', async () => {
    expect(await readValueLists(join(folder, 'none'))).toEqual(new Map());
  });
});
