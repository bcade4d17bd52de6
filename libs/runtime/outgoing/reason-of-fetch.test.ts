import { describe, expect, it } from '@jest/globals';
import { reasonOfFetch } from './reason-of-fetch.js';

describe('why a request was not answered', () => {
  it('says what a proxy to the outside answered, which stands below two errors that say nothing', () => {
    const refused = new Error('Proxy response (407) !== 200 when HTTP Tunneling');
    const failed = new TypeError('fetch failed', { cause: new Error('Request was cancelled.', { cause: refused }) });
    expect(reasonOfFetch(failed)).toBe(refused.message);
  });

  it('says of a name with several addresses what became of one of them', () => {
    const each = ['10.0.0.1', '10.0.0.2'].map((address) => new Error(`connect ECONNREFUSED ${address}:443`));
    const failed = new TypeError('fetch failed', { cause: new AggregateError(each, '') });
    expect(reasonOfFetch(failed)).toBe('connect ECONNREFUSED 10.0.0.1:443');
  });
});
