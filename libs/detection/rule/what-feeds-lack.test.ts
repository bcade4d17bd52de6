import { describe, expect, it } from '@jest/globals';
import type { FeedGap } from '#libs/contracts/vocabulary.js';
import { defaultListsDir } from '../rules/load/config.js';
import { loadRules } from '../rules/load/load-rules.js';
import { readRuleFiles, readValueLists } from '../rules/load/read-rule-files.js';
import { blindRules } from './what-feeds-lack.js';

const read = await readRuleFiles(new URL('../../../rules/', import.meta.url).pathname);
const lists = await readValueLists(defaultListsDir);
const { rules } = loadRules(read.files, lists);
const blind = (gap: FeedGap, of = rules) => blindRules(of, gap).map(({ title }) => title);

describe('rules that cannot hold on a feed', () => {
  it('are those that need what it lacks, whether they select, group or count by it', () => {
    expect(blind('actor_role')).toEqual([]);
    expect(blind('outcome')).toEqual(['Accesses to many patients are refused']);
    expect(blind('session_id')).toEqual(['One session from two addresses']);
    expect(blind('source_ip')).toEqual([
      'Accounts with strange patients from one new address',
      'Accounts with strange patients from one computer of the house',
      'Many accounts read patients from one address outside',
      'A service account from two addresses',
      'One session from two addresses',
      'Twelve patients of each of two clinics whom nobody has met',
    ]);
  });

  it('of one address are those that compare addresses, not those that count accounts at one', () => {
    expect(blind('one_source_ip')).toEqual([
      'Accounts with strange patients from one new address',
      'Accounts with strange patients from one computer of the house',
      'A service account from two addresses',
      'One session from two addresses',
    ]);
  });

  it('of unknown links are all that ask for strangers, by other correlations too', () => {
    const titles = blind('care_link');
    expect(titles).toContain('Patients whom nobody has met, within ten minutes');
    expect(titles).toContain('Twelve patients of each of two clinics whom nobody has met');
    expect(titles).not.toContain('Many patients in several clinics within ten minutes');
    expect(titles).not.toContain('Patients of four clinics or more within one hour');
  });

  it('are not those of which an empty list leaves nothing', () => {
    const emptied = loadRules(read.files, new Map([...lists, ['service_accounts', []]]));
    expect(emptied.mistakes).toEqual([]);
    expect(blind('actor_role', emptied.rules)).toEqual([]);
  });
});
