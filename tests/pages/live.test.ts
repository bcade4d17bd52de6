import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { tell } from '#services/console/console-log.fixture.js';
import { lookEveryMs } from '#services/console/answer/case-feed.js';
import { installed, logIn, openBrowser, openContext } from './browser.js';
import { aFullDay, anEmptyDay, type Day, told } from './invented-day.js';

const inBrowser = installed.path === undefined ? describe.skip : describe;

/** Only so that what hangs ends. */
const testMsMax = 900_000;

/** An incident is on the first page so long after it was told at most, in milliseconds. */
const freshMsMax = 2_000;

inBrowser('what changes while somebody looks', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, testMsMax);
  afterAll(() => browser?.close());

  it(
    'is on the first page by an event, in less than two seconds of its clock, which stands still otherwise',
    async () => {
      const day: Day = await anEmptyDay();
      const { context } = await openContext(browser, day.url);
      const page = await context.newPage();
      await page.clock.install();
      await page.goto('/');
      await page.getByLabel('Access token').fill('a.durand');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Nobody is being told of anything' }).waitFor();
      while (day.one.pipeline.feed.listening === 0) await new Promise(setImmediate);
      // From here on no timer of the page runs by itself: nothing is asked for because time has passed.
      await page.clock.pauseAt(Date.now() + 60_000);
      await page.getByRole('heading', { level: 1, name: 'Nobody is being told of anything' }).waitFor();
      const asked = page.waitForRequest((request) => new URL(request.url()).pathname === '/v1/cases');
      const answered = page.waitForResponse((response) => new URL(response.url()).pathname === '/v1/cases');
      await tell(day.log, told('a', 0, { level: 'critical', patients: 6_400 }));
      await asked;
      await (await answered).finished();
      const step = 50;
      let passed = lookEveryMs;
      const link = page.getByRole('link', { name: 'dr.martin' });
      while ((await link.count()) === 0 && passed < freshMsMax) {
        await page.clock.runFor(step);
        passed += step;
      }
      expect([await link.count(), passed < freshMsMax]).toEqual([1, true]);
      await context.close();
      await day.end();
    },
    testMsMax,
  );

  it(
    'comes after a line that broke, from where it broke: the browser says what it had last',
    async () => {
      const day = await aFullDay();
      const line = await BreakableLine.to(day.port);
      const { context } = await openContext(browser, line.url);
      const page = await logIn(context, 'a.durand');
      await page.getByRole('link', { name: 'dr.martin' }).waitFor();
      await tell(day.log, told('b', 0, { actor_id: 'inf.leroy', level: 'high', patients: 40 }));
      await page.getByText('1 new case', { exact: true }).waitFor();
      line.cut();
      await page.getByText(/Live updates stopped at/).waitFor();
      await tell(day.log, told('c', 0, { actor_id: 'dr.roux', level: 'high', patients: 50 }));
      // What is on the page stays there meanwhile.
      expect(await page.getByRole('link', { name: 'dr.martin' }).count()).toBe(1);
      line.mend();
      await page.getByText(/Live updates stopped at/).waitFor({ state: 'detached' });
      await page.getByText('2 new cases', { exact: true }).waitFor();
      expect(line.lastIds.length).toBeGreaterThan(0);
      expect(line.lastIds.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
      await page.keyboard.press('r');
      await page.getByRole('link', { name: 'dr.roux' }).waitFor();
      await context.close();
      await line.end();
      await day.end();
    },
    testMsMax,
  );

  it(
    'is shown again by itself once the store answers again, and meanwhile what can be had',
    async () => {
      const day = await aFullDay();
      const { context } = await openContext(browser, day.url);
      const page = await logIn(context, 'dpo');
      await page.getByRole('link', { name: 'dr.martin' }).waitFor();
      const away = /\/v1\/cases\/[0-9a-f]+\/(shape|notifications)/;
      await page.route(away, (route) => route.fulfill({ status: 503, json: { error: 'store_away', message: 'away' } }));
      await page.goto(`/cases/${day.id}`);
      await page.getByRole('heading', { level: 1, name: /^dr\.martin opened/ }).waitFor();
      await page.locator('main .notice-wrong').first().waitFor();
      // The rules that fired and the notes come from the log, not from the store.
      await page.getByText('USIC 3').waitFor();
      await page.unroute(away);
      // Any change has what is missing asked for again.
      await day.one.act(day.id, { type: 'case.noted', text: 'the store is back' }, 'back', 'dpo');
      await page.getByText('the store is back').waitFor();
      await page.getByRole('img', { name: /rises to 40/ }).waitFor();
      await page.locator('main .notice-wrong').first().waitFor({ state: 'detached' });
      await context.close();
      await day.end();
    },
    testMsMax,
  );
});

/** A line to a console that can be cut as by a proxy that goes away; notices with which last event a browser comes back. */
class BreakableLine {
  readonly lastIds: string[] = [];
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(
    readonly url: string,
    private readonly server: ReturnType<typeof createServer>,
  ) {}

  static async to(port: number): Promise<BreakableLine> {
    const own = await freePortBase();
    const server = createServer();
    const line = new BreakableLine(`http://127.0.0.1:${own}`, server);
    server.on('connection', (socket) => line.#join(socket, port));
    server.listen(own, '127.0.0.1');
    await once(server, 'listening');
    return line;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async end(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  #join(socket: Socket, port: number): void {
    if (this.#isCut) return void socket.destroy();
    const onward = connect(port, '127.0.0.1');
    for (const one of [socket, onward]) {
      this.#sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        this.#sockets.delete(one);
        socket.destroy();
        onward.destroy();
      });
    }
    socket.on('data', (bytes: Buffer) =>
      this.lastIds.push(...[...bytes.toString('latin1').matchAll(/^last-event-id: (\S+)/gim)].map(([, id = '']) => id)),
    );
    socket.pipe(onward);
    onward.pipe(socket);
  }
}
