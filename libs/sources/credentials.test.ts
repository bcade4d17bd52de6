import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { parseTokens } from './credentials.js';

describe('credentials', () => {
  it('give each token its source, group and authority', () => {
    const credentials = read('# feeds\nsiem@aleo=token-of-siem\nris@aleo=token-of-ris;authority=clinic,old@helix=token-of-old');
    expect(credentials.sourceOf('token-of-siem')).toMatchObject({
      source: 'siem',
      groupId: 'aleo',
      authority: 'group',
      detects: false,
    });
    expect(credentials.sourceOf('token-of-ris')).toMatchObject({ source: 'ris', groupId: 'aleo', authority: 'clinic' });
    expect(credentials.groupIds()).toEqual(['aleo', 'helix']);
  });

  it('name the fields that a source keeps, none, or say nothing of them', () => {
    const credentials = read(
      'a@aleo=token-of-a;extra=ward|context.unit;authority=clinic,b@aleo=token-of-b;extra=,c@aleo=token-of-c',
    );
    expect(credentials.sourceOf('token-of-a')).toMatchObject({ extraFields: ['ward', 'context.unit'], authority: 'clinic' });
    expect(credentials.sourceOf('token-of-b')).toMatchObject({ extraFields: [] });
    expect(credentials.sourceOf('token-of-c')).not.toHaveProperty('extraFields');
  });

  it('let two tokens stand for one source while one replaces the other', () => {
    const credentials = read('siem@aleo=token-number-1,siem@aleo=token-number-2');
    expect(credentials.sourceOf('token-number-1')).toEqual(credentials.sourceOf('token-number-2'));
  });

  it.each(['', 'token-of-sie', 'token-of-siem ', 'Token-of-siem'])('know no other token, such as %p', (token) => {
    expect(read('siem@aleo=token-of-siem').sourceOf(token)).toBeUndefined();
  });

  it.each([
    ['nothing', ' # none', 'no token is given'],
    ['no group', 'siem=secret-secret', 'token 1: expected source@group=token'],
    ['a short token', 'siem@aleo=secret1', 'siem@aleo has 7 characters'],
    ['a setting that does not exist', 'siem@aleo=secret-secret;colour=red', 'a setting other than authority'],
    ['a field that names a person', 'siem@aleo=secret-secret;extra=ward|patient_name', 'keeps the field patient_name'],
    ['too many fields', `siem@aleo=secret-secret;extra=${'a|'.repeat(65)}`, 'keeps 65 fields'],
    ['one token for two sources', 'a@aleo=secret-secret,b@aleo=secret-secret', 'one token is given to two sources'],
  ])('refuse %s, by place and without the token', (_what, text, mistake) => {
    const parsed = parseTokens(text);
    const mistakes = 'mistakes' in parsed ? parsed.mistakes.join('; ') : '';
    expect(mistakes).toContain(mistake);
    expect(mistakes).not.toMatch(/secret-?/);
  });

  it('are told apart from what anybody could guess, by source and without the token', () => {
    const parsed = parseTokens(
      `siem@aleo=password-2026,ris@aleo=${'0123456789'.repeat(4)},pacs@aleo=${randomBytes(24).toString('hex')}`,
    );
    const weak = 'weak' in parsed ? parsed.weak : [];
    expect(weak).toEqual([
      expect.stringMatching(/siem@aleo is guessed too easily/),
      expect.stringMatching(/ris@aleo is guessed/),
    ]);
    expect(weak.join()).not.toMatch(/2026|0123/);
  });
});

function read(text: string) {
  const parsed = parseTokens(text);
  if ('mistakes' in parsed) throw new Error(parsed.mistakes.join('; '));
  return parsed.credentials;
}
