import { describe, expect, it } from '@jest/globals';
import { everyScorer } from './scorer-addresses.js';

const names: Record<string, readonly string[]> = {
  scorer: ['10.0.0.1', 'fd00::2', '10.0.0.3'],
  'scorer-0': ['10.0.0.1'],
};
const resolve = (name: string) => {
  const found = names[name];
  return found ? Promise.resolve(found.map((address) => ({ address }))) : Promise.reject(new Error('ENOTFOUND'));
};

describe('scorers behind URLs', () => {
  it.each([
    [
      'each address of a name',
      ['http://scorer:7411/'],
      ['http://10.0.0.1:7411/', 'http://[fd00::2]:7411/', 'http://10.0.0.3:7411/'],
    ],
    ['a name of one address as it is', ['http://scorer-0:7411'], ['http://scorer-0:7411']],
    ['a name that nobody knows as it is', ['http://gone:7411'], ['http://gone:7411']],
    ['one whose certificate is of its name as it is', ['https://scorer:7411'], ['https://scorer:7411']],
    ['what is no URL as it is', ['scorer'], ['scorer']],
    [
      'each once',
      ['http://scorer:7411', 'http://scorer:7411/'],
      ['http://10.0.0.1:7411/', 'http://[fd00::2]:7411/', 'http://10.0.0.3:7411/'],
    ],
  ])('are %s', async (_what, given, expected) => {
    expect(await everyScorer(given, resolve)).toEqual(expected);
  });

  it('are asked of the resolver of the machine', async () => {
    expect(await everyScorer(['http://127.0.0.1:7411'])).toEqual(['http://127.0.0.1:7411']);
  });
});
