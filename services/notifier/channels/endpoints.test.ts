import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { readEndpoints } from './endpoints.js';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const url = 'http://10.0.0.5:8080/hook';

describe('the webhook endpoints', () => {
  it('are none when nothing is given', () => {
    expect(readEndpoints({})).toEqual([]);
  });

  it('may be inside the hospital, by address', () => {
    expect(readEndpoints({ url, secret })).toMatchObject([{ name: 'webhook', url, levelMin: 'informational' }]);
  });

  it.each([
    '169.254.169.254',
    '169.254.0.1',
    '0xa9fea9fe',
    '2852039166',
    '169.254.43518',
    '[fe80::1]',
    '[::ffff:169.254.169.254]',
    '[fd00:ec2::254]',
    '0.0.0.0',
    '[::]',
    '224.0.0.1',
    '255.255.255.255',
  ])('are never at %s, which is nobody’s receiver, however it is written', (host) => {
    for (const spelled of [`http://${host}/`, `https://${host}:443/latest/meta-data/`])
      expect(() => readEndpoints({ url: spelled, secret })).toThrow(/no receiver has/);
  });

  it('take two secrets while they rotate', () => {
    expect(readEndpoints({ url, secret: `${secret}, ${secret}` })[0]?.secrets).toHaveLength(2);
  });

  it.each([
    ['a URL without a secret', { url }, /belong together/],
    ['another protocol', { url: 'ftp://10.0.0.5/', secret }, /VIGIE_WEBHOOK_URL/],
    ['a password in the URL', { url: 'http://user:hunter22@10.0.0.5/', secret }, /must not hold a user or password/],
    ['a secret that is none', { url, secret: 'hunter22' }, /must be whsec_/],
    ['a secret of one byte', { url, secret: `whsec_${Buffer.alloc(32).toString('base64')}` }, /few bytes that come again/],
    [
      'a secret that counts',
      { url, secret: `whsec_${Buffer.from([...Array(32).keys()]).toString('base64')}` },
      /a row of bytes that counts/,
    ],
    [
      'a secret of words',
      { url, secret: `whsec_${Buffer.from('hunter22 hunter22 hunter22').toString('base64')}` },
      /text instead of random/,
    ],
    ['a short secret', { url, secret: 'whsec_aHVudGVyMjI=' }, /must be whsec_/],
    [
      'two endpoints of one name',
      { fileText: `[{name: a, url: '${url}', secrets: [${secret}]}, {name: a, url: '${url}', secrets: [${secret}]}]` },
      /same name/,
    ],
    ['the name of the log channel', { fileText: `[{name: log, url: '${url}', secrets: [${secret}]}]` }, /log is taken/],
    ['an unknown key', { fileText: `[{name: a, url: '${url}', secrets: [${secret}], retries: 3}]` }, /retries/],
    ['a file that is no list', { fileText: 'name: hunter22' }, /must hold a list/],
    ['a file that is no YAML', { fileText: '{hunter22: [' }, /neither YAML nor JSON/],
  ])('refuse %s, and quote no value', (_name, given, message) => {
    expect(() => readEndpoints(given)).toThrow(message);
    expect(() => readEndpoints(given)).not.toThrow(/hunter22/);
  });
});
