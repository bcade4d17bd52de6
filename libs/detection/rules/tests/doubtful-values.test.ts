import { describe, expect, it } from '@jest/globals';
import { loadRules } from '../load/load-rules.js';

const lists = new Map([['programs', ['svc-a']]]);

describe('a value that its author hardly meant', () => {
  it.each([
    [
      String.raw`actor_id: 'CLINIC\*'`,
      `a backslash before * makes it the sign * itself, which "CLINIC\\\\*" looks for: write '\\\\*' where a backslash and then anything is meant`,
    ],
    [String.raw`device|contains: "CLINIC\\*"`, 'a backslash before * makes it the sign * itself'],
    [String.raw`actor_id: [a, 'b\\c\*']`, `write '\\\\*' where a backslash and then anything is meant`],
    [
      "actor_id: '%programs%'",
      '"%programs%" is compared as this very text: to take the values of the list, write expand behind the field',
    ],
    ['device: “pc-1”', `the quotation marks of "“pc-1”" are no YAML and belong to the value: write plain ones, " or '`],
    [String.raw`actor_id: "CLINIC\nurse"`, String.raw`"CLINIC\nurse" holds a line end or another control character`],
    [String.raw`device|contains: "srv\temp"`, 'where a backslash is meant write single quotes'],
    [String.raw`purpose: ["audit\n"]`, String.raw`"audit\n" ends in a line end, as > and | leave it`],
    [String.raw`device|re: "^pc\n"`, String.raw`"^pc\n" ends in a line end, as > and | leave it`],
    ["device|re|i: '/^pc-/'", 'the slashes of "/^pc-/" belong to the expression'],
    ["actor_id|re: 'svc_|'", '"svc_|" meets any text, since it may meet nothing of one: write exists: true'],
    ["device|re: '.*'", '".*" meets any text'],
    ["device|re: '^(pc)?'", '"^(pc)?" meets any text'],
    [String.raw`device: '\\pc-1'`, 'two backslashes stand for one'],
    [String.raw`device|startswith: ['\\wks']`, 'write four where two are meant'],
    ['device|endswith: « 1 »', 'the quotation marks of "« 1 »" are no YAML'],
  ])('%s is taken, with a warning', (entry, warning) => {
    const { mistakes, warnings } = load(entry);
    expect(mistakes).toEqual([]);
    expect(warnings).toMatchObject([{ line: 6, reason: expect.stringContaining(warning) }]);
  });

  it.each([
    String.raw`actor_id: 'CLINIC\\*'`,
    String.raw`actor_id: 'CLINIC\\\*'`,
    String.raw`user_agent|contains: 'page\?id='`,
    String.raw`actor_id: 'CLINIC\a*'`,
    String.raw`actor_id|startswith: 'CLINIC\'`,
    String.raw`device|re: '\*$'`,
    String.raw`device|startswith: '\\\\pc-'`,
    String.raw`device|contains: '\\pc-'`,
    String.raw`device: 'CLINIC\\pc-1'`,
    "device|re: '^pc?$'",
    String.raw`device|re: "a\tb"`,
    "actor_id|expand: '%programs%'",
    String.raw`actor_id|cased: 'CLINIC\*'`,
    "device: '100%'",
    'device: l’accueil',
  ])('%s is taken in silence', (entry) => {
    expect(load(entry)).toMatchObject({ mistakes: [], warnings: [] });
  });

  it('is not quoted where it may be the number of a patient', () => {
    const { mistakes, warnings } = load('patient_id: “8001234”');
    expect(JSON.stringify([mistakes, warnings])).not.toContain('8001234');
  });
});

function load(entry: string): ReturnType<typeof loadRules> {
  const text = `title: t\nname: t\nlevel: low\nlogsource: {product: ehr}\ndetection:\n  a: {${entry}}\n  condition: a\n`;
  return loadRules([{ path: 'a.yml', text }], lists);
}
