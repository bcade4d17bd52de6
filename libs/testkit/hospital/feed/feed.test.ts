import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anEvent } from '../../builders.js';
import { FakeClock, settle } from '../../fake-clock.js';
import { FaultProxy } from '../../fault-proxy.js';
import type { SourceEvent } from '../event.js';
import { feed, type FeedOptions, type FeedProgress } from './feed.js';

type Handler = (request: IncomingMessage, response: ServerResponse, lines: readonly string[]) => void;

/** Stands for the ingestor: keeps ids as it would, and answers as told. */
let server: Server;
let handler: Handler;
let stored: Set<string>;
let requests: number;
let url: string;

beforeEach(async () => {
  stored = new Set();
  requests = 0;
  handler = take;
  server = createServer((request, response) => {
    let body = '';
    request.on('error', () => {});
    request.on('data', (bytes: Buffer) => (body += bytes.toString()));
    request.on('end', () => {
      requests += 1;
      handler(request, response, body.split('\n').filter(Boolean));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('a feed', () => {
  it('sends everything once, in batches, and says how far it is', async () => {
    const seen: FeedProgress[] = [];
    const total = await feed(options(2_500, { batch: 400, onProgress: (progress) => seen.push(progress) }));
    expect(total).toMatchObject({ accepted: 2_500, refused: 0, retries: 0, at: Date.parse(timeOf(2_499)) });
    expect([stored.size, requests, seen.length]).toEqual([2_500, 7, 7]);
  });

  it('sends a batch again until it is taken: 503, 429, then an answer that never arrives', async () => {
    const proxy = await FaultProxy.start({ targetPort: Number(new URL(url).port) });
    const faults: Handler[] = [say(503), say(429), take];
    handler = (request, response, lines) => {
      if (faults.length === 1) proxy.fault = { kind: 'none' };
      (faults.shift() ?? take)(request, response, lines);
    };
    proxy.fault = { kind: 'refuse' };
    const heal = setInterval(() => (proxy.fault = { kind: 'none' }), 150);
    const total = await feed(options(30, { url: proxy.url, batch: 10, lanes: 1 }));
    clearInterval(heal);
    await proxy.close();
    expect(total).toMatchObject({ accepted: 30, refused: 0 });
    expect(total.retries).toBeGreaterThanOrEqual(3);
    expect(stored.size).toBe(30);
  });

  it('sends a batch again whose answer was cut, with the same ids', async () => {
    const proxy = await FaultProxy.start({ targetPort: Number(new URL(url).port) });
    proxy.fault = { kind: 'cut', direction: 'answer', afterBytes: 40 };
    handler = (request, response, lines) => {
      take(request, response, lines);
      proxy.fault = { kind: 'none' };
    };
    const total = await feed(options(10, { url: proxy.url, lanes: 1 }));
    await proxy.close();
    expect([total.accepted, total.retries, requests, stored.size]).toEqual([10, 1, 2, 10]);
  });

  it('waits as long as Retry-After asks', async () => {
    const clock = new FakeClock();
    handler = (_request, response) => response.writeHead(503, { 'retry-after': '7' }).end();
    const sent = feed(options(1, { clock, lanes: 1 }));
    await until(() => clock.waiting > 0);
    handler = take;
    await clock.advance(6_999);
    expect([requests, stored.size]).toEqual([1, 0]);
    await clock.advance(1);
    expect(await sent).toMatchObject({ accepted: 1, retries: 1 });
  });

  it.each([
    [401, '--token'],
    [403, '--token'],
    [413, '--batch'],
    [404, 'is this an ingestor'],
  ])('gives up on %i and says what to do, in every lane', async (status, advice) => {
    handler = say(status);
    await expect(feed(options(5_000, { lanes: 4 }))).rejects.toThrow(advice);
    await settle();
    // What the other lanes had under way, of fifty batches.
    expect(requests).toBeLessThanOrEqual(4);
    expect(stored.size).toBe(0);
  });

  it('gives up when nobody has been there for too long', async () => {
    const clock = new FakeClock();
    const sent = feed(options(1, { url: 'http://127.0.0.1:1', clock, lanes: 1, patienceMs: 20_000 }));
    const rejected = expect(sent).rejects.toThrow('taken nothing for 20 s');
    let done = false;
    void rejected.finally(() => (done = true));
    await until(async () => {
      await clock.advance(1_000);
      return done;
    });
    await rejected;
  });

  it('counts what was refused, and quotes some of it', async () => {
    handler = (_request, response, lines) =>
      response.end(
        JSON.stringify({ accepted: lines.length - 1, refused: [{ index: 0, field: 'time', reason: 'time is missing' }] }),
      );
    expect(await feed(options(20, { batch: 10 }))).toMatchObject({
      accepted: 18,
      refused: 2,
      refusals: ['time: time is missing', 'time: time is missing'],
    });
  });

  it('makes no event before there is somebody to take it', async () => {
    let made = 0;
    let open: (() => void) | undefined;
    handler = (request, response, lines) => void (open = () => take(request, response, lines));
    const stop = new AbortController();
    const endless = (function* () {
      for (;;) yield eventAt((made += 1));
    })();
    const sent = feed(options(0, { events: endless, batch: 10, lanes: 2, signal: stop.signal }));
    const rejected = expect(sent).rejects.toThrow('enough');
    await until(() => requests >= 2);
    expect(made).toBeLessThanOrEqual(40);
    open?.();
    stop.abort(new Error('enough'));
    await rejected;
  });

  it('plays events at their time, so many times faster', async () => {
    const clock = new FakeClock();
    // One event a second of the day, sixty times faster: a batch each 100 ms of ours.
    const sent = feed(options(61, { clock, speed: 60, lanes: 1 }));
    const stored500: number[] = [];
    for (let step = 0; step < 5; step += 1) {
      await clock.advance(200);
      await until(() => clock.waiting > 0 || step === 4);
      stored500.push(stored.size);
    }
    await clock.advance(1_000);
    expect((await sent).accepted).toBe(61);
    expect(stored500.every((size, index) => size <= (index + 1) * 12 + 1)).toBe(true);
    expect(stored500.at(3)).toBeGreaterThan(24);
  });
});

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await settle();
}

function options(count: number, given: Partial<FeedOptions> = {}): FeedOptions {
  const events = Array.from({ length: count }, (_, index) => eventAt(index));
  return { events, url, token: 't', speed: Number.POSITIVE_INFINITY, batch: 100, lanes: 3, ...given };
}

function eventAt(index: number): SourceEvent {
  return anEvent({ id: `e-${index}`, time: timeOf(index) });
}

function timeOf(index: number): string {
  return new Date(Date.UTC(2026, 0, 5, 9) + index * 1_000).toISOString();
}

function take(_request: IncomingMessage, response: ServerResponse, lines: readonly string[]): void {
  for (const line of lines) stored.add((JSON.parse(line) as SourceEvent).id);
  response.end(JSON.stringify({ accepted: lines.length, refused: [] }));
}

function say(status: number): Handler {
  return (_request, response) => response.writeHead(status).end('{"error":"no"}');
}
