import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { loadRules } from '../load/load-rules.js';
import { differences, differencesTable } from './differences.js';

const lists = new Map([
  ['vip', ['a']],
  ['patterns', ['srv*']],
  ['nets', ['10.0.0.0/8', '10.4.2.17', 'gate']],
  ['networks', ['10.0.0.0/8']],
]);

describe('where Vigie differs from Sigma', () => {
  it.each(differences)('$sigma: $vigie', ({ rule, answer }) => {
    const { mistakes, warnings } = loadRules([{ path: 'a.yml', text: rule }], lists);
    const told = [...mistakes, ...warnings].map(({ reason }) => reason);
    if (answer === undefined) expect(told).toEqual([]);
    else expect(told).toEqual([expect.stringContaining(answer)]);
  });

  it('is told in docs/rules.md as the code has it', async () => {
    const page = await readFile(new URL('../../../../docs/rules.md', import.meta.url), 'utf8');
    const [, section = ''] = page.split('## Sigma, and where Vigie differs\n');
    const table = section.split('\n').filter((line) => line.startsWith('|'));
    const found = table
      .slice(0, differences.length + 2)
      .map((line) => line.replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---'));
    expect(found.join('\n')).toBe(differencesTable());
  });
});
