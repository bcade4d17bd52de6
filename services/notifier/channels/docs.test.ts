import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { toldTypes, webhookMessage } from '#libs/contracts/webhook-body.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { readEndpoints } from './endpoints.js';
import { signedHeaders, signingKeys } from '#libs/channels/http/signature.js';

const text = readFileSync(join(projectRoot, 'docs', 'webhooks.md'), 'utf8');
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '');
type Verify = (headers: Readonly<Record<string, string>>, body: string, secrets: readonly string[], now: number) => unknown;

describe('docs/webhooks.md', () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const now = Date.parse('2026-11-23T08:00:00.000Z');
  const body = '{"type":"incident.opened"}';
  const headers = signedHeaders('c'.repeat(32), now, body, signingKeys([Buffer.alloc(32, 7)]));
  let verify: Verify;

  beforeAll(async () => {
    const [code = ''] = blocks('js');
    const module: unknown = await import(`data:text/javascript,${encodeURIComponent(code)}`);
    if (typeof module !== 'object' || module === null || !('verify' in module) || typeof module.verify !== 'function')
      throw new Error('no verify');
    verify = module.verify as Verify;
  });

  it('has an example of each type that the schema allows', () => {
    const bodies = blocks('json').map((json) => webhookMessage.parse(JSON.parse(json)));
    expect(bodies.map(({ type }) => type)).toEqual([...toldTypes, 'endpoint.paused']);
  });

  it('has a file of endpoints that the notifier reads', () => {
    const [example = ''] = blocks('yaml');
    expect(() => readEndpoints({ fileText: example })).toThrow(/text instead of random bytes/);
    const own = example.replaceAll(/whsec_[\w=]+/g, () => `whsec_${randomBytes(32).toString('base64')}`);
    const [endpoint] = readEndpoints({ fileText: own });
    expect(endpoint).toMatchObject({ name: 'siem', levelMin: 'high' });
    expect(endpoint?.secrets).toHaveLength(2);
  });

  it('has a receiver that takes what the notifier signs', () => {
    expect(verify(headers, body, [secret], now)).toEqual({ type: 'incident.opened' });
  });

  it('T-47: which refuses a replay, another body, another secret and a clock that is six minutes off', () => {
    expect(verify(headers, body, [secret], now + 360_000)).toBeUndefined();
    expect(verify(headers, body, [secret], now - 360_000)).toBeUndefined();
    expect(verify(headers, body.replace('opened', 'closed'), [secret], now)).toBeUndefined();
    expect(verify(headers, body, [`whsec_${Buffer.alloc(32, 8).toString('base64')}`], now)).toBeUndefined();
    expect(verify({ ...headers, 'webhook-id': 'd'.repeat(32) }, body, [secret], now)).toBeUndefined();
  });
});
