import { describe, expect, it } from '@jest/globals';
import { Metrics } from '#libs/runtime/metrics.js';
import * as fc from 'fast-check';
import { BodyBuffer, BodyBuffers, slackBytes } from './body-buffers.js';
import { HttpRefusal } from './http-refusal.js';
import { IntakeBudget } from './intake-budget.js';

const limits = { bytesMax: 100, sourceBytesMax: 50, sourceRequestsMax: 3, register: { groupCount: 2 } };
const tooMany = expect.objectContaining({ status: 429, retryAfterSeconds: 1 });
const full = expect.objectContaining({ status: 503, retryAfterSeconds: 1 });

describe('the budget of bytes at work', () => {
  it('tells one source 429 and everybody 503, with Retry-After, and takes nothing for those', () => {
    const budget = budgetOf({ register: { groupCount: 1 } });
    const [one, two, three] = ['a', 'b', 'c'].map((source) => budget.lease({ groupId: 'aleo', source }));
    one?.take(50);
    expect(() => one?.take(1)).toThrow(tooMany);
    expect(() => budget.lease({ groupId: 'aleo', source: 'a' }).take(1)).toThrow(tooMany);
    two?.take(50);
    expect(() => three?.take(1)).toThrow(full);
    one?.release();
    one?.release();
    three?.take(50);
    expect(() => budget.lease({ groupId: 'aleo', source: 'd' }).take(1)).toThrow(full);
  });

  it('keeps a part for every group, whatever the others take, and never takes two sources of one name for one', () => {
    const sender = fc.record({ groupId: fc.constant('aleo'), source: fc.constantFrom('siem', 'ris', 'lab') });
    fc.assert(
      fc.property(fc.array(fc.tuple(sender, fc.integer({ min: 1, max: 40 })), { maxLength: 30 }), (greedy) => {
        const budget = budgetOf({ sourceRequestsMax: 1000 });
        for (const [who, bytes] of greedy) attempt(() => budget.lease(who).take(bytes));
        budget.lease({ groupId: 'helix', source: 'siem' }).take(limits.bytesMax / 2 / limits.register.groupCount);
      }),
    );
  });

  it('never goes beyond its bytes, and has all of them again when everything is given back', () => {
    const sender = fc.record({ groupId: fc.constantFrom('aleo', 'helix'), source: fc.constantFrom('siem', 'ris') });
    const metrics = { bytes: 0, set: (_name: string, bytes: number) => void (metrics.bytes = bytes) };
    fc.assert(
      fc.property(fc.array(fc.tuple(sender, fc.integer({ min: 1, max: 40 })), { maxLength: 30 }), (requests) => {
        const budget = new IntakeBudget({ ...limits, sourceRequestsMax: 1000 }, metrics as unknown as Metrics);
        const leases = requests.map(([who, bytes]) => {
          const lease = budget.lease(who);
          attempt(() => lease.take(bytes));
          expect(metrics.bytes).toBeLessThanOrEqual(limits.bytesMax);
          return lease;
        });
        for (const lease of leases) lease.release();
        expect(metrics.bytes).toBe(0);
      }),
    );
  });

  it('counts requests that send next to nothing, by source and group', () => {
    const budget = budgetOf({});
    const siem = { groupId: 'aleo', source: 'siem' };
    const leases = Array.from({ length: limits.sourceRequestsMax }, () => budget.lease(siem));
    expect(() => budget.lease(siem)).toThrow(tooMany);
    budget.lease({ ...siem, groupId: 'helix' });
    leases[0]?.release();
    budget.lease(siem);
  });

  it('shows what is held', async () => {
    const metrics = new Metrics('test');
    const lease = new IntakeBudget(limits, metrics).lease({ groupId: 'aleo', source: 'a' });
    lease.take(30);
    expect(await metrics.registry.metrics()).toContain('vigie_ingest_queue_bytes{service="test"} 30');
    lease.release();
    expect(await metrics.registry.metrics()).toContain('vigie_ingest_queue_bytes{service="test"} 0');
  });
});

function budgetOf(overrides: Partial<typeof limits>): IntakeBudget {
  return new IntakeBudget({ ...limits, ...overrides }, new Metrics('test'));
}

function attempt(take: () => void): void {
  try {
    take();
  } catch (cause) {
    if (!(cause instanceof HttpRefusal)) throw cause;
  }
}

describe('the memory of bodies', () => {
  const lease = { taken: 0, take: (bytes: number) => void (lease.taken += bytes) };

  it('holds any body whole, in memory that was leased first, with zeros behind it', () => {
    for (const chunks of [[], [1], [70_000], [20_000, 700_000, 3], [1_000_000, 1_000_000, 1_000_000]]) {
      lease.taken = 0;
      const body = new BodyBuffer(new BodyBuffers(), 0, lease);
      const given = chunks.map((length, index) => Buffer.alloc(length, index + 1));
      for (const chunk of given) body.append(chunk);
      const bytes = body.bytes();
      expect(bytes.equals(Buffer.concat(given))).toBe(true);
      expect(lease.taken).toBe(bytes.buffer.byteLength);
      expect(Buffer.from(bytes.buffer, bytes.length, slackBytes)).toEqual(Buffer.alloc(slackBytes));
    }
  });

  it('is used again, and an announcement alone takes little of it', () => {
    const buffers = new BodyBuffers();
    lease.taken = 0;
    const first = new BodyBuffer(buffers, 16 * 1024 * 1024, lease);
    first.append(Buffer.from('x'));
    expect(lease.taken).toBe(16 * 1024);
    const memory = first.bytes().buffer;
    first.release();
    const second = new BodyBuffer(buffers, 16 * 1024 * 1024, lease);
    second.append(Buffer.from('yz'));
    expect(second.bytes().buffer).toBe(memory);
    expect(second.bytes().toString()).toBe('yz');
  });

  it('is not taken when the lease refuses', () => {
    const refusing = {
      take: () => {
        throw new RangeError('no');
      },
    };
    expect(() => new BodyBuffer(new BodyBuffers(), 0, refusing).append(Buffer.from('x'))).toThrow(RangeError);
  });
});
