import { describe, expect, it } from '@jest/globals';
import { Metrics } from '#libs/runtime/metrics.js';
import { BodyBuffer, BodyBuffers, slackBytes } from './body-buffers.js';
import { IntakeBudget } from './intake-budget.js';

describe('the budget of bytes at work', () => {
  it('tells one source 429 and everybody 503, with Retry-After, and takes nothing for those', () => {
    const budget = new IntakeBudget(100, 50, new Metrics('test'));
    const [one, two, three] = ['a', 'b', 'c'].map((source) => budget.lease(source));
    one?.take(50);
    expect(() => one?.take(1)).toThrow(expect.objectContaining({ status: 429, retryAfterSeconds: 1 }));
    expect(() => budget.lease('a').take(1)).toThrow(expect.objectContaining({ status: 429 }));
    two?.take(50);
    expect(() => three?.take(1)).toThrow(expect.objectContaining({ status: 503, retryAfterSeconds: 1 }));
    one?.release();
    one?.release();
    three?.take(50);
    expect(() => budget.lease('d').take(1)).toThrow(expect.objectContaining({ status: 503 }));
  });

  it('shows what is held', async () => {
    const metrics = new Metrics('test');
    const lease = new IntakeBudget(100, 50, metrics).lease('a');
    lease.take(30);
    expect(await metrics.registry.metrics()).toContain('vigie_ingest_queue_bytes{service="test"} 30');
    lease.release();
    expect(await metrics.registry.metrics()).toContain('vigie_ingest_queue_bytes{service="test"} 0');
  });
});

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
    expect(lease.taken).toBeLessThanOrEqual(1024 * 1024);
    const memory = first.bytes().buffer;
    first.release();
    const second = new BodyBuffer(buffers, 16 * 1024 * 1024, lease);
    second.append(Buffer.from('yz'));
    expect(second.bytes().buffer).toBe(memory);
    expect(second.bytes().toString()).toBe('yz');
  });

  it('is not taken when the lease refuses', () => {
    const refusing = { take: () => { throw new RangeError('no'); } }; // prettier-ignore
    expect(() => new BodyBuffer(new BodyBuffers(), 0, refusing).append(Buffer.from('x'))).toThrow(RangeError);
  });
});
