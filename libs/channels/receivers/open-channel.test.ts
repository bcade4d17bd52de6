import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { silentLog } from '#libs/runtime/log.js';
import { caseWebhookBody } from '#libs/contracts/case-webhook.js';
import { messageKinds } from '#libs/contracts/case-message.js';
import { createMemoryLog } from '#libs/event-log/memory/memory-log.js';
import { Transient } from '#libs/runtime/outcome.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { attemptMsMax } from '../http/attempt.js';
import type { HttpAnswer } from '../http/http-post.js';
import { aCase, aMessage } from '../told/example.fixture.js';
import { openChannel } from './open-channel.js';
import { readReceivers } from './receivers.js';
import type { ReceiverType } from './schema.js';

const now = Date.parse('2026-11-23T08:31:11.000Z');
const secret = `whsec_${randomBytes(32).toString('base64')}`;
const given: Readonly<Partial<Record<ReceiverType, object>>> = {
  webhook: { url: 'https://siem.example/vigie', secrets: [secret] },
  alertmanager: { url: 'https://alerts.example' },
  slack: { url_file: '/run/hook' },
  mattermost: { url_file: '/run/hook' },
  teams: { url_file: '/run/hook' },
  pagerduty: { routing_key_file: '/run/key' },
};
const overHttp = Object.keys(given) as readonly ReceiverType[];

/** A channel whose receiver answers as it is told, and what it got. */
function opened(type: ReceiverType, answer: () => Promise<HttpAnswer> = async () => ({ status: 200, retryAfter: undefined })) {
  const requests: { url: string; headers: Readonly<Record<string, string>>; body: string }[] = [];
  const clock = new FakeClock(now);
  const [receiver] = readReceivers(
    [{ name: type, type, ...given[type] }],
    {},
    { readFile: (path) => (path === '/run/key' ? 'R0UT1NGKEY' : 'https://chat.example/hook/1') },
  );
  if (!receiver) throw new Error('no receiver');
  const channel = openChannel(receiver, {
    clock,
    http: { post: async (url, headers, body) => (requests.push({ url, headers, body }), answer()) },
    log: createMemoryLog({ topics: {} }),
    maskKey: Buffer.alloc(32, 7),
    consoleUrl: 'https://vigie.example',
    hostname: 'vigie-1',
    logger: silentLog,
    version: '0.1.0',
  });
  return { channel, requests, clock };
}
const signal = new AbortController().signal;

describe.each(overHttp)('a channel of type %s', (type) => {
  it.each([
    [200, undefined, { kind: 'delivered', status: 200 }],
    [202, undefined, { kind: 'delivered', status: 202 }],
    [429, '7', { kind: 'later', status: 429, retryAfterMs: 7000 }],
    [503, undefined, { kind: 'later', status: 503 }],
    [400, undefined, { kind: 'refused', status: 400, scope: 'change' }],
    [422, undefined, { kind: 'refused', status: 422, scope: 'change' }],
    [401, undefined, { kind: 'refused', status: 401, scope: 'endpoint' }],
    [404, undefined, { kind: 'refused', status: 404, scope: 'endpoint' }],
    [410, undefined, { kind: 'refused', status: 410, scope: 'endpoint' }],
    [302, undefined, { kind: 'refused', status: 302, scope: 'endpoint' }],
  ])('takes %d for what it means', async (status, retryAfter, verdict) => {
    const { channel } = opened(type, async () => ({ status, retryAfter }));
    expect(await channel.send(aMessage(), signal)).toMatchObject(verdict);
  });

  it('is later when there was no answer, and throws bugs only', async () => {
    expect(await opened(type, () => Promise.reject(new Transient('reset'))).channel.send(aMessage(), signal)).toMatchObject({
      kind: 'later',
      reason: 'reset',
    });
    await expect(opened(type, () => Promise.reject(new TypeError('a bug'))).channel.send(aMessage(), signal)).rejects.toThrow(
      TypeError,
    );
  });

  it('ends an attempt that lasts too long, and one that is broken off', async () => {
    const { channel, clock } = opened(type, () => new Promise(() => {}));
    const late = channel.send(aMessage(), signal);
    await clock.advance(attemptMsMax);
    expect(await late).toMatchObject({ kind: 'later' });
    const stop = new AbortController();
    const broken = opened(type, () => new Promise(() => {})).channel.send(aMessage(), stop.signal);
    stop.abort();
    expect(await broken).toMatchObject({ kind: 'later', reason: 'the delivery was broken off' });
  });

  it('takes a message of every kind that it says it takes, and refuses the others without sending', async () => {
    for (const kind of messageKinds) {
      const { channel, requests } = opened(type);
      const deadline = { controller_id: '750300123', clock: 'gdpr33', due_at: '2026-11-24T08:00:00.000Z', state: 'running' };
      const verdict = await channel.send(aMessage({ kind, deadline, cases: [aCase()] }), signal);
      expect([kind, verdict.kind, requests.length > 0]).toEqual([
        kind,
        channel.takes(kind) ? 'delivered' : 'refused',
        channel.takes(kind),
      ]);
    }
  });
});

describe('a webhook', () => {
  it('is signed so that a receiver of Standard Webhooks accepts it, under the id of its sending', async () => {
    const { channel, requests } = opened('webhook');
    await channel.send(aMessage(), signal);
    const [{ headers = {}, body = '' } = {}] = requests;
    expect(headers['webhook-id']).toBe(aMessage().send_id);
    // The package looks at the machine's clock; the signature is what is asked.
    const resigned = new Webhook(secret).sign(aMessage().send_id, new Date(now), body);
    expect(headers['webhook-signature']).toBe(resigned);
    expect(caseWebhookBody.parse(JSON.parse(body)).type).toBe('case.grew');
  });
});

describe('PagerDuty', () => {
  it.each([
    ['new', 'trigger'],
    ['acknowledged', 'acknowledge'],
    ['on_hold', 'acknowledge'],
    ['resolved', 'resolve'],
  ] as const)('has an alert of a case that is %s: %s', async (status, action) => {
    const { channel, requests } = opened('pagerduty');
    await channel.send(aMessage({ case: aCase({ status }) }), signal);
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({
      routing_key: 'R0UT1NGKEY',
      event_action: action,
      dedup_key: aCase().case_id,
    });
  });
});

describe('Alertmanager', () => {
  it('is told again of what is open, and remembers nothing that did not arrive', async () => {
    let status = 503;
    const { channel, requests } = opened('alertmanager', async () => ({ status, retryAfter: undefined }));
    const before = aMessage({ case: aCase({ step: 40, version: 1 }) });
    await channel.send(before, signal);
    status = 200;
    await channel.resend?.([aCase({ step: 40, version: 1 }), aCase({ status: 'resolved', case_id: 'f'.repeat(32) })], signal);
    await channel.send(aMessage(), signal);
    const steps = requests.map(({ body }) =>
      (JSON.parse(body) as { labels: { step: string } }[]).map(({ labels }) => labels.step),
    );
    expect(steps).toEqual([['40'], ['40'], ['400', '40']]);
  });

  it('gets what comes at once one after the other', async () => {
    const { channel, requests } = opened('alertmanager');
    await Promise.all([
      channel.send(aMessage({ case: aCase({ step: 40, version: 1 }) }), signal),
      channel.send(aMessage(), signal),
    ]);
    expect(requests.map(({ body }) => (JSON.parse(body) as unknown[]).length)).toEqual([1, 2]);
  });
});
