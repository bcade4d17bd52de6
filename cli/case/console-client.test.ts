import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { rowOf } from '#libs/cases/case-state.js';
import { CaseBook } from '#libs/cases/case-book.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { ackSecondsMax } from '#services/console/config.js';
import { ConsoleClient } from './console-client.js';

const id = anIncidentId('a');
const book = new CaseBook();
book.addChange(aChange('a', 1));
const state = book.caseOf(id, 0)?.state;
const shown = JSON.stringify({ case: state && { ...rowOf(state, book.policy), other_clinics: 0 } });
const taken: Answer = (reply) => reply.writeHead(200).end(shown);

type Answer = (reply: ServerResponse) => unknown;

/** Answers after which nobody knows whether the action was taken. */
const lost: readonly (readonly [string, Answer])[] = [
  ['503 not_known', (reply) => reply.writeHead(503).end(JSON.stringify({ error: 'not_known', message: 'perhaps' }))],
  ['503 not_audited', (reply) => reply.writeHead(503).end(JSON.stringify({ error: 'not_audited', message: 'perhaps' }))],
  ['a connection that ends', (reply) => reply.destroy()],
  ['an answer that is cut off', (reply) => reply.writeHead(200).end(shown.slice(0, 20))],
  ['500 of the framework', (reply) => reply.writeHead(500).end(JSON.stringify({ statusCode: 500, message: 'Internal server error' }))],
  ['502 of what stands before it', (reply) => reply.writeHead(502).end('<html>')],
]; // prettier-ignore

describe('an action that may have been taken', () => {
  let fake: FakeConsole | undefined;
  afterEach(() => fake?.stop());

  it.each(lost)('is asked for again as it was, after %s', async (_name, answer) => {
    fake = await FakeConsole.start([answer, answer, taken]);
    const done = fake.client().act(id, { type: 'case.acknowledged' });
    for (let tries = 1; tries < 3; tries += 1) await fake.pause(tries);
    expect(await done).toMatchObject({ case_id: id });
    expect(fake.asked).toHaveLength(3);
    expect(new Set(fake.asked).size).toBe(1);
  });

  it.each(lost)('is given up after three times with its key, after %s', async (_name, answer) => {
    fake = await FakeConsole.start([answer, answer, answer]);
    const done = fake.client().act(id, { type: 'case.acknowledged' }, 'my-key').catch(String);
    for (let tries = 1; tries < 3; tries += 1) await fake.pause(tries);
    expect(await done).toMatch(/not known.*Idempotency-Key.*my-key/);
    expect(fake.asked).toHaveLength(3);
  });

  it('is waited for longer than the console may wait, and asked for again when nothing comes', async () => {
    const late: ServerResponse[] = [];
    fake = await FakeConsole.start([(reply) => late.push(reply), (reply) => late.push(reply)]);
    const done = fake.client().act(id, { type: 'case.acknowledged' });
    await fake.came(1);
    await fake.clock.advance(ackSecondsMax * 1_000);
    expect(fake.asked).toHaveLength(1);
    await fake.clock.advance(60_000);
    await fake.pause(1);
    await fake.came(2);
    await fake.clock.advance(ackSecondsMax * 1_000);
    for (const reply of late) if (!reply.destroyed) taken(reply);
    expect(await done).toMatchObject({ case_id: id });
    expect(new Set(fake.asked).size).toBe(1);
  });

  it.each(['not_ready', 'unfit_action'])('is not asked for again when it was refused: %s', async (error) => {
    const status = error === 'not_ready' ? 503 : 422;
    fake = await FakeConsole.start([(reply) => reply.writeHead(status).end(JSON.stringify({ error, message: 'no' }))]);
    await expect(fake.client().act(id, { type: 'case.acknowledged' })).rejects.toThrow(/^no$/);
    expect(fake.asked).toHaveLength(1);
  });
});

/** A console that shows one case and answers each action as it is told. */
class FakeConsole {
  readonly clock = new FakeClock(0);
  /** Keys and bodies of the actions. */
  readonly asked: string[] = [];
  #came: () => void = () => {};

  private constructor(
    private readonly server: Server,
    private readonly answers: Answer[],
  ) {}

  static async start(answers: readonly Answer[]): Promise<FakeConsole> {
    const server = createServer();
    const one = new FakeConsole(server, [...answers]);
    server.on('request', (request, reply) => void one.#answer(request, reply));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return one;
  }

  client(): ConsoleClient {
    return new ConsoleClient(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`, 'x', this.clock);
  }

  /** Resolves when so many actions were asked for. */
  async came(actions: number): Promise<void> {
    while (this.asked.length < actions) await new Promise<void>((resolve) => (this.#came = resolve));
  }

  /** Lets the pause after so many attempts pass, once the client is in it. */
  async pause(tries: number): Promise<void> {
    await this.came(tries);
    while (this.asked.length === tries) await this.clock.advance(1_000);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  async #answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const body = await text(request);
    if (request.method === 'GET') return void taken(reply);
    this.asked.push(`${String(request.headers['idempotency-key'])} ${body}`);
    this.#came();
    this.answers.shift()?.(reply);
  }
}
