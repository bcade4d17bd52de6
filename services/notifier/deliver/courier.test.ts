import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import type { HttpAnswer, HttpPost } from '#libs/channels/http/http-post.js';
import { retryAfterMsMax } from '#libs/channels/http/verdict.js';
import { type EndpointPaused, endpointPaused, webhookBody } from '#libs/contracts/webhook-body.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { Transient } from '#libs/runtime/outcome.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import type { ToldChange } from '../channels/channel.js';
import { Courier, pendingMax } from './courier.js';
import { type Delivered, DeliveredInMemory } from './delivered.js';
import { Outcomes } from './outcomes.js';
import { giveUpAfterMs, noticeCollectMs, noticeEveryMs, refusedWaitMs, waitMsMax } from '../channels/schedule.js';
import { WebhookChannel } from '../channels/webhook-channel.js';

const hourMs = 3_600_000;

describe('a change that is delivered', () => {
  it('arrives at once, signed so that a receiver of Standard Webhooks accepts it, and without the columns of the log', async () => {
    const { courier, clock, receiver, settled } = notifier();
    courier.offer(change(), owner, settled);
    await clock.advance(0);
    const [got] = receiver.got;
    if (!got) throw new Error('nothing arrived');
    const sentAt = Number(got.headers['webhook-timestamp']);
    expect(sentAt * 1000).toBe(clock.now());
    expect(got.headers['webhook-id']).toBe(change().change_id);
    // The library reads the wall clock for its tolerance, so the signature is checked by making it again.
    expect(got.headers['webhook-signature']).toBe(new Webhook(secretText).sign(got.id, new Date(sentAt * 1000), got.body));
    const body = webhookBody.parse(JSON.parse(got.body));
    expect(body.type).toBe('incident.opened');
    expect(Object.keys(body.data)).not.toContain('received_at');
    expect(settled.times).toBe(1);
    expect(courier.pending).toBe(0);
  });

  it('is sent once when the scorer replays it, while it waits and after it has arrived', async () => {
    const { courier, clock, receiver, settled } = notifier();
    courier.offer(change(), owner, settled);
    courier.offer(change(), owner, settled);
    await clock.advance(0);
    courier.offer(change(), owner, settled);
    await clock.advance(0);
    expect(receiver.got).toHaveLength(1);
    expect(settled.times).toBe(3);
  });

  it('is not sent below the level that the endpoint asks for', async () => {
    const { courier, clock, receiver, settled } = notifier({ levelMin: 'high' });
    courier.offer(change({ level: 'medium' }), owner, settled);
    await clock.advance(0);
    expect(receiver.got).toHaveLength(0);
    expect(settled.times).toBe(1);
  });
});

describe('a receiver that is away (T-40)', () => {
  for (const [name, answer] of [
    ['500', { status: 500, retryAfter: undefined }],
    ['502', { status: 502, retryAfter: undefined }],
    ['504', { status: 504, retryAfter: undefined }],
    ['reset', new Transient('socket hang up')],
    ['timeout', 'never'],
  ] as const)
    it(`for 72 h with ${name} gets every change when it is back, in order per incident, each once`, async () => {
      const { courier, clock, receiver, settled } = notifier();
      receiver.answer = () => answer;
      const changes = storm(20, 5);
      for (const one of changes) courier.offer(one, owner, settled);
      await clock.advance(72 * hourMs);
      expect(settled.times).toBe(0);
      const attempts = receiver.attempts;
      expect(attempts).toBeLessThan((1.1 * (72 * hourMs)) / (waitMsMax / 2) + 40);
      receiver.answer = () => ok;
      await clock.advance(2 * waitMsMax);
      expect(settled.times).toBe(changes.length);
      expectInOrderOnce(receiver.got, changes);
    });

  it('T-41: when the answer is lost, the second send has the same id and the same body', async () => {
    const { courier, clock, receiver, settled } = notifier();
    let cut = true;
    receiver.answer = () => {
      const answer = cut ? new Transient('socket hang up') : ok;
      cut = false;
      return answer;
    };
    courier.offer(change(), owner, settled);
    await clock.advance(waitMsMax);
    expect(receiver.all).toHaveLength(2);
    expect(receiver.all[1]?.id).toBe(receiver.all[0]?.id);
    expect(receiver.all[1]?.body).toBe(receiver.all[0]?.body);
    expect(settled.times).toBe(1);
  });

  it.each([429, 503])('T-42: %i with Retry-After is obeyed, up to the cap', async (status) => {
    for (const [retryAfter, waitedMs] of [
      ['120', 120_000],
      ['999999', retryAfterMsMax],
    ] as const) {
      const { courier, clock, receiver, settled } = notifier();
      receiver.answer = () => ({ status, retryAfter });
      courier.offer(change(), owner, settled);
      await clock.advance(0);
      receiver.answer = () => ok;
      await clock.advance(waitedMs - 1);
      expect(receiver.got).toHaveLength(0);
      await clock.advance(1);
      expect(receiver.got).toHaveLength(1);
    }
  });

  it.each([400, 401, 404, 410, 301, 307])(
    'T-43: %i is not retried blindly; the endpoint is flagged until it accepts',
    async (status) => {
      const { courier, clock, receiver, settled } = notifier();
      receiver.answer = () => ({ status, retryAfter: undefined });
      const changes = storm(100, 1);
      for (const one of changes) courier.offer(one, owner, settled);
      await clock.advance(refusedWaitMs - 1);
      // Those in flight when the first refusal came, and no more.
      expect(receiver.attempts).toBeLessThanOrEqual(8);
      expect(courier.unhealthy).toContain(String(status));
      expect(settled.times).toBe(0);
      receiver.answer = () => ok;
      await clock.advance(2 * refusedWaitMs);
      expect(courier.unhealthy).toBeUndefined();
      expectInOrderOnce(receiver.got, changes);
    },
  );

  it('one change that the receiver cannot digest does not hold up the others', async () => {
    const { courier, clock, receiver, settled } = notifier();
    const changes = storm(50, 1);
    const bad = changes[0]?.change_id;
    receiver.answer = (id) => (id === bad ? { status: 400, retryAfter: undefined } : ok);
    for (const one of changes) courier.offer(one, owner, settled);
    await clock.advance(1000);
    expect(receiver.got).toHaveLength(49);
    expect(courier.pending).toBe(1);
  });

  it('a change older than a week is given up and settled', async () => {
    const { courier, clock, receiver, settled } = notifier();
    receiver.answer = () => ({ status: 500, retryAfter: undefined });
    courier.offer(change(), owner, settled);
    await clock.advance(giveUpAfterMs + 2 * waitMsMax);
    expect(settled.times).toBe(1);
    expect(courier.pending).toBe(0);
  });
});

describe('what waits for an endpoint that takes nothing', () => {
  it('is told to the others at once and once, with its figures, the most urgent incidents first', async () => {
    const { courier, clock, receiver, settled, notices } = withNotices();
    receiver.answer = () => ({ status: 302, retryAfter: undefined });
    for (const one of [...storm(100, 1, 'medium'), ...storm(2, 1, 'critical', 'c')]) courier.offer(one, owner, settled);
    await clock.advance(noticeCollectMs);
    expect(notices).toHaveLength(1);
    expect(notices[0]?.data).toMatchObject({
      endpoint: 'siem',
      status: 302,
      waiting: 102,
      waiting_by_level: { medium: 100, critical: 2 },
    });
    expect(notices[0]?.data.incidents.slice(0, 3).map(({ level }) => level)).toEqual(['critical', 'critical', 'medium']);
    const nextInMs = Date.parse(notices[0]?.data.next_attempt_at ?? '') - clock.now();
    expect(nextInMs).toBeGreaterThan(refusedWaitMs - 2 * noticeCollectMs);
    expect(nextInMs).toBeLessThanOrEqual(1.1 * refusedWaitMs);
    await clock.advance(24 * hourMs);
    expect(notices).toHaveLength(1);
  });

  it('is told when it comes later too, once a minute at most, all that waits each time', async () => {
    const { courier, clock, receiver, settled, notices } = withNotices();
    receiver.answer = () => ({ status: 500, retryAfter: undefined });
    for (const one of storm(100, 1)) {
      courier.offer(one, owner, settled);
      await clock.advance(noticeEveryMs / 10);
    }
    await clock.advance(noticeEveryMs);
    expect(notices.length).toBeGreaterThanOrEqual(9);
    expect(notices.length).toBeLessThanOrEqual(12);
    expect(notices.at(-1)?.data.waiting).toBe(100);
  });

  it('is told again every minute until somebody has taken it', async () => {
    const { courier, clock, receiver, settled, notices } = withNotices([false, false, true]);
    receiver.answer = () => ({ status: 404, retryAfter: undefined });
    courier.offer(change(), owner, settled);
    await clock.advance(noticeCollectMs + 10 * noticeEveryMs);
    expect(notices).toHaveLength(3);
  });

  it('is told for the one change that a receiver cannot digest, and for those behind it', async () => {
    const { courier, clock, receiver, settled, notices } = withNotices();
    const changes = storm(10, 2);
    const bad = changes[0]?.change_id;
    receiver.answer = (id) => (id === bad ? { status: 400, retryAfter: undefined } : ok);
    for (const one of changes) courier.offer(one, owner, settled);
    await clock.advance(noticeCollectMs);
    expect(receiver.got).toHaveLength(18);
    expect(notices.map(({ data }) => [data.waiting, data.status])).toEqual([[2, 400]]);
  });

  it('is told of a receiver that asks to be left alone for long', async () => {
    const { courier, clock, receiver, settled, notices } = withNotices();
    receiver.answer = () => ({ status: 429, retryAfter: '600' });
    courier.offer(change(), owner, settled);
    await clock.advance(noticeCollectMs);
    expect(notices.map(({ data }) => data.status)).toEqual([429]);
  });

  it('is nobody’s business when the next try makes it good', async () => {
    const { courier, clock, receiver, settled, notices } = withNotices();
    let failing = true;
    receiver.answer = () => (failing ? { status: 503, retryAfter: undefined } : ok);
    courier.offer(change(), owner, settled);
    await clock.advance(0);
    failing = false;
    await clock.advance(hourMs);
    expect(receiver.got).toHaveLength(1);
    expect(notices).toHaveLength(0);
  });
});

describe('a pause after a refusal', () => {
  it('begins at one minute, grows to fifteen, and begins at one again once the receiver has taken something', async () => {
    const { courier, clock, receiver, settled } = notifier();
    const times: number[] = [];
    receiver.answer = () => {
      times.push(clock.monotonic());
      return { status: 302, retryAfter: undefined };
    };
    courier.offer(change(), owner, settled);
    await clock.advance(2 * hourMs);
    const pauses = times.slice(1).map((time, index) => Math.floor((time - (times[index] ?? 0)) / refusedWaitMs));
    expect(pauses.slice(0, 6)).toEqual([1, 2, 4, 8, 15, 15]);
    receiver.answer = () => ok;
    await clock.advance(hourMs);
    receiver.answer = () => ({ status: 302, retryAfter: undefined });
    courier.offer(change({ change_id: 'e'.repeat(32) }), owner, settled);
    await clock.advance(0);
    receiver.answer = () => ok;
    await clock.advance(1.1 * refusedWaitMs);
    expect(receiver.got).toHaveLength(2);
  });
});

describe('a storm (T-44)', () => {
  it('of 10,000 changes arrives whole, the critical first, never more than eight at a time', async () => {
    const { courier, clock, receiver, settled } = notifier();
    receiver.tookMs = 50;
    const quiet = storm(9_000, 1);
    const critical = storm(1_000, 1, 'critical', 'c');
    for (const one of [...quiet, ...critical]) courier.offer(one, owner, settled);
    await clock.advance(60_000 + (10_000 * 50) / 8);
    expect(receiver.parallelMost).toBe(8);
    expectInOrderOnce(receiver.got, [...quiet, ...critical]);
    const urgent = new Set(critical.map(({ change_id }) => change_id));
    const last = receiver.got.findLastIndex(({ id }) => urgent.has(id));
    // Only what was already with the receiver when the critical ones came may be before them.
    expect(last).toBeLessThan(1000 + 8);
  });

  it('is held back at the bound of what one endpoint keeps in memory, until there is room', async () => {
    const { courier, clock, receiver, settled } = notifier();
    receiver.answer = () => ({ status: 500, retryAfter: undefined });
    for (const one of storm(pendingMax, 1)) courier.offer(one, owner, settled);
    let room = false;
    void courier.room(new AbortController().signal).then(() => (room = true));
    await clock.advance(hourMs);
    expect(room).toBe(false);
    receiver.answer = () => ok;
    await clock.advance(2 * waitMsMax);
    expect(room).toBe(true);
  });
});

describe('secrets', () => {
  it('T-46: while they rotate both verify, afterwards only the new one', async () => {
    const other = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    const overlap = await sendWith(other, secretText);
    expect([accepts(secretText, overlap), accepts(other, overlap)]).toEqual([true, true]);
    const after = await sendWith(other);
    expect([accepts(secretText, after), accepts(other, after)]).toEqual([false, true]);
  });
});

describe('whatever the receiver answers', () => {
  it('every change arrives exactly once and in order per incident', async () => {
    const seed = Number(process.env['FC_SEED'] ?? 20261123);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(200, 200, 204, 400, 404, 429, 500, 503, 0), { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        async (script, incidents) => {
          const { courier, clock, receiver, settled } = notifier();
          const answers = [...script];
          receiver.answer = () => {
            const status = answers.shift() ?? 200;
            return status === 0 ? new Transient('reset') : { status, retryAfter: undefined };
          };
          const changes = storm(incidents, 4);
          for (const one of changes) courier.offer(one, owner, settled);
          await clock.advance(48 * hourMs);
          expect(settled.times).toBe(changes.length);
          expectInOrderOnce(receiver.got, changes);
        },
      ),
      { numRuns: 100, seed },
    );
  });
});

describe('a partition that leaves', () => {
  it('takes its waiting changes along, and none of them is sent afterwards', async () => {
    const { courier, clock, receiver, settled } = notifier();
    receiver.answer = () => ({ status: 500, retryAfter: undefined });
    for (const one of storm(10, 2)) courier.offer(one, owner, settled);
    await clock.advance(1);
    await courier.release(owner);
    receiver.answer = () => ok;
    await clock.advance(hourMs);
    expect(courier.pending).toBe(0);
    expect(receiver.got).toHaveLength(0);
    const next = {};
    for (const one of storm(10, 2)) courier.offer(one, next, settled);
    await clock.advance(hourMs);
    expect(receiver.got).toHaveLength(20);
  });
});

async function sendWith(...secrets: readonly string[]): Promise<Got> {
  const { courier, clock, receiver, settled } = notifier({ secrets });
  courier.offer(change(), owner, settled);
  await clock.advance(0);
  return receiver.got[0] ?? unreachable();
}

const accepts = (secret: string, got: Got) =>
  got.headers['webhook-signature']
    ?.split(' ')
    .includes(new Webhook(secret).sign(got.id, new Date(Number(got.headers['webhook-timestamp']) * 1000), got.body));

const owner = {};
const ok: HttpAnswer = { status: 204, retryAfter: undefined };
const secretText = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface Got {
  readonly id: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A receiver whose answers the test decides. */
class FakeReceiver implements HttpPost {
  readonly all: Got[] = [];
  /** Those that were answered well. */
  readonly got: Got[] = [];
  attempts = 0;
  tookMs = 0;
  parallelMost = 0;
  #parallel = 0;
  answer: (id: string) => HttpAnswer | Transient | 'never' = () => ok;
  constructor(private readonly clock: FakeClock) {}

  async post(_url: string, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): Promise<HttpAnswer> {
    const got = { id: headers['webhook-id'] ?? '', body, headers };
    this.all.push(got);
    this.attempts += 1;
    this.#parallel += 1;
    this.parallelMost = Math.max(this.parallelMost, this.#parallel);
    try {
      if (this.tookMs) await this.clock.sleep(this.tookMs, signal);
      const answer = this.answer(got.id);
      if (answer === 'never')
        return await new Promise<HttpAnswer>((_, reject) =>
          signal.addEventListener('abort', () => reject(new Transient('aborted'))),
        );
      if (answer instanceof Transient) throw answer;
      if (answer.status < 300) this.got.push(got);
      return answer;
    } finally {
      this.#parallel -= 1;
    }
  }
}

interface Given {
  readonly levelMin?: 'informational' | 'high';
  readonly secrets?: readonly string[];
  readonly delivered?: Delivered;
  readonly tellOthers?: (notice: EndpointPaused) => Promise<boolean>;
}

function notifier(given: Given = {}) {
  const clock = new FakeClock(Date.parse('2026-11-23T08:00:00.000Z'));
  const receiver = new FakeReceiver(clock);
  const metrics = new Metrics('notifier');
  const secrets = (given.secrets ?? [secretText]).map((text) => Buffer.from(text.slice('whsec_'.length), 'base64'));
  const channel = new WebhookChannel(
    { name: 'siem', url: 'http://receiver.test/', secrets, levelMin: given.levelMin ?? 'informational' },
    { http: receiver, clock },
  );
  const outcomes = new Outcomes({ insertNotifications: async () => {} }, { clock, log: silentLog, metrics });
  const random = seeded(42);
  const courier = new Courier(channel, {
    clock,
    random,
    log: silentLog,
    metrics,
    delivered: given.delivered ?? new DeliveredInMemory(),
    outcomes,
    tellOthers: given.tellOthers ?? (async () => true),
  });
  const settled = Object.assign(() => void (settled.times += 1), { times: 0 });
  return { courier, clock, receiver, settled };
}

function withNotices(answers: readonly boolean[] = []) {
  const notices: EndpointPaused[] = [];
  const left = [...answers];
  const tellOthers = async (notice: EndpointPaused) => {
    notices.push(endpointPaused.parse(notice));
    return left.shift() ?? true;
  };
  return { notices, ...notifier({ tellOthers }) };
}

function change(given: Partial<ToldChange> = {}): ToldChange {
  return {
    incident_id: 'a'.repeat(32),
    group_id: 'aleo',
    subject_kind: 'account',
    accounts: [],
    account_count: 1,
    actor_id: 'dr.martin',
    state: 'open',
    first_time: '2026-11-23T07:50:00.000Z',
    last_time: '2026-11-23T07:59:59.000Z',
    detected_at: '2026-11-23T08:00:00.000Z',
    patients: 40,
    patients_at_firing: 40,
    patients_at_detection: 40,
    clinics: ['750300123', '750300124'],
    categories: ['identity'],
    rules: ['mass-access-10m'],
    rule_matches: [],
    rule_selections: ['b'.repeat(32)],
    selections: ['b'.repeat(32)],
    level: 'high',
    step: 40,
    found: 'live',
    late_seconds: 0,
    detection_delay_seconds: 0.4,
    merged_into: '',
    suppressed_by: [],
    change_type: 'incident.opened',
    change_id: 'c'.repeat(32),
    changed_at: '2026-11-23T08:00:00.000Z',
    version: 65536,
    received_at: '2026-11-23T07:59:59.900Z',
    ...given,
  };
}

function storm(incidents: number, changesEach: number, level: ToldChange['level'] = 'high', prefix = 'd'): readonly ToldChange[] {
  return Array.from({ length: changesEach }, (_, step) =>
    Array.from({ length: incidents }, (_, incident) =>
      change({
        incident_id: `${prefix}${incident}`.padStart(32, '0'),
        change_id: `${prefix}${step}e${incident}`.padStart(32, '0'),
        level,
        step,
      }),
    ),
  ).flat();
}

function expectInOrderOnce(got: readonly Got[], changes: readonly ToldChange[]): void {
  expect(got.map(({ id }) => id).toSorted()).toEqual(changes.map(({ change_id }) => change_id).toSorted());
  const steps = new Map<string, number>();
  for (const { body } of got) {
    const { data } = webhookBody.parse(JSON.parse(body));
    expect(data.step).toBeGreaterThanOrEqual(steps.get(data.incident_id) ?? 0);
    steps.set(data.incident_id, data.step);
  }
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

function unreachable(): never {
  throw new Error('nothing arrived');
}
