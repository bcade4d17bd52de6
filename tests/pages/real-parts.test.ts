import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { portOffsets } from '#libs/contracts/vocabulary.js';
import { compiledModule } from '#libs/runtime/paths.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { KafkaCluster } from '#libs/testkit/kafka/kafka-cluster.js';
import { whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { isLongRun } from '#libs/testkit/measures/long-run.js';
import { RunningVigie, startMsMax } from '#libs/testkit/running-vigie.js';
import { pagesForTests } from '#services/console/pages/pages.fixture.js';
import { installed, logIn, openBrowser, openContext } from './browser.js';

// Brokers are killed here: always a cluster of our own, never one that KAFKA_BROKERS names.
const noKafka = isLongRun ? await whyNoKafkaTests({ CI: process.env['CI'] }) : 'in the long run alone';
const withParts = installed.path === undefined || noKafka !== undefined ? describe.skip : describe;

/** Only so that what hangs ends, in milliseconds. */
const testMsMax = 900_000;

const token = randomBytes(32).toString('base64url');
const actor = 'dr.martin';

/** Eighty patients of two clinics within three minutes, which end now. */
function theft(from = 0): readonly object[] {
  return Array.from({ length: 80 }, (_, n) => ({
    id: `theft-${from + n}`,
    time: new Date(Date.now() - (80 - n) * 2_000).toISOString(),
    group_id: 'helix',
    clinic_id: n % 2 === 0 ? '750300123' : '750300124',
    actor_id: actor,
    action: 'read',
    patient_ids: [`IPP-5551${from + n}`],
    outcome: 'success',
  }));
}

/** What a page says of a part that is away, and what it says while all answer: by its path. */
interface Part {
  readonly notice: RegExp;
  readonly kill: () => Promise<unknown> | void;
  readonly start: () => Promise<void> | void;
}

withParts(`pages over parts that are killed${noKafka === undefined ? '' : ` (${noKafka})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-real-parts-'));
  let browser: Browser;
  let kafka: KafkaCluster;
  let vigie: RunningVigie;
  /** Of one browser four pages at most: each holds a line open, and over HTTP/1.1 a browser has six to one address. */
  const contexts: BrowserContext[] = [];
  const open = new Map<string, Page>();

  beforeAll(async () => {
    pagesForTests();
    browser = await openBrowser();
    kafka = await KafkaCluster.start({ brokers: 1, portBase: await freePortBase() });
    const users = join(folder, 'users.yml');
    writeFileSync(
      users,
      `users: [{ id: dpo, roles: [analyst, dpo], token_sha256: [${createHash('sha256').update(token).digest('hex')}] }]\n`,
    );
    const portBase = await freePortBase();
    const env = {
      KAFKA_BROKERS: kafka.brokers.join(','),
      VIGIE_PSEUDONYM_KEYS: `helix:k1=${randomBytes(32).toString('base64')}`,
      VIGIE_CONSOLE_USERS_FILE: users,
      VIGIE_SCORER_URLS: `http://127.0.0.1:${portBase + portOffsets.scorer}`,
    };
    const topics = [compiledModule('cli/vigie'), 'topics', 'create', '--partitions', '2', '--replication', '1'];
    await promisify(execFile)(process.execPath, topics, { env: { ...process.env, ...env, NODE_OPTIONS: '' } });
    vigie = await RunningVigie.start({ portBase, env });
    await vigie.post(theft());
    const first = await newPage();
    const link = first.getByRole('link', { name: actor });
    await link.waitFor();
    const id = /cases\/([0-9a-f]+)/.exec((await link.getAttribute('href')) ?? '')?.[1] ?? '';
    open.set('/', first);
    for (const path of [
      `/cases/${id}`,
      `/cases/${id}/timeline`,
      `/accounts/helix/${actor}`,
      '/feeds',
      '/books',
      '/rules',
      '/oncall',
    ]) {
      const page = await newPage();
      await page.goto(path);
      await page
        .locator('main h1')
        .first()
        .waitFor()
        .catch((cause: unknown) => expect([path, cause]).toBe('a page with a heading'));
      open.set(path, page);
    }
    // A window is known once the scorer has said what it holds.
    await pageOf('/accounts').getByRole('region', { name: 'What the rules count now' }).getByRole('table').waitFor();
    for (const page of open.values()) await page.evaluate('globalThis.sameDocument = true');
  }, startMsMax + testMsMax);
  afterAll(async () => {
    await browser?.close();
    await vigie?.stop();
    await kafka?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, testMsMax);

  /** Of a browser that has a line left, as somebody who has logged in. */
  async function newPage(): Promise<Page> {
    const last = contexts.at(-1);
    if (last && last.pages().length < 4) return last.newPage();
    const { context } = await openContext(browser, vigie.url('console'));
    // A real store, a broker and five services beside a browser: on a machine with other work each answer takes its time.
    context.setDefaultTimeout(testMsMax / 3);
    contexts.push(context);
    return logIn(context, token);
  }

  const pageOf = (prefix: string): Page => {
    const found = [...open].find(([path]) => path.startsWith(prefix))?.[1];
    if (!found) throw new Error(`no page of ${prefix} is open`);
    return found;
  };

  const service = (name: string): Pick<Part, 'kill' | 'start'> => ({
    kill: () => {
      vigie.hold();
      vigie.kill(name);
    },
    start: () => vigie.release(),
  });

  /** Kills a part under all open pages; each says so with its time and keeps what it had. `meanwhile` looks further; then the part comes back, and so does everything, without a reload. */
  async function killedUnder({ notice, kill, start }: Part, meanwhile: () => Promise<void>): Promise<void> {
    const before = new Map<string, string>();
    for (const [path, page] of open) before.set(path, await headingOf(page));
    await kill();
    for (const page of open.values()) await page.getByText(notice).waitFor();
    for (const [path, page] of open) {
      const said = (await page.getByText(notice).textContent()) ?? '';
      expect([path, /\d{1,2}:\d{2}/.test(said)]).toEqual([path, true]);
      expect([path, await headingOf(page)]).toEqual([path, before.get(path)]);
    }
    await meanwhile().finally(start);
    for (const page of open.values()) await page.getByText(notice).waitFor({ state: 'detached' });
    for (const [path, page] of open) {
      expect([path, await page.evaluate('globalThis.sameDocument')]).toEqual([path, true]);
      expect([path, await headingOf(page)]).toEqual([path, before.get(path)]);
    }
  }

  it(
    'say since when no access is judged while the scorer is away, keep what its windows held with its time, and have it again by themselves',
    async () => {
      const account = pageOf('/accounts');
      const held = account.getByRole('region', { name: 'What the rules count now' });
      await killedUnder({ ...service('scorer'), notice: /No access has been judged since/ }, async () => {
        await account.reload();
        await account.evaluate('globalThis.sameDocument = true');
        await account.getByText('No scorer answers').waitFor();
      });
      await held.getByRole('table').waitFor();
      await account.getByText('No scorer answers').waitFor({ state: 'detached' });
      // What came meanwhile is judged: the case grows where it stands.
      await vigie.post(theft(80));
      await pageOf('/').getByRole('row').filter({ hasText: actor }).getByText('160').waitFor();
    },
    testMsMax,
  );

  it(
    'say since when ClickHouse is away, and what is asked of it meanwhile is missing by name, and comes by itself',
    async () => {
      let books: Page | undefined;
      await killedUnder({ ...service('clickhouse'), notice: /The store of accesses has not answered since/ }, async () => {
        books = await newPage();
        await books.goto('/books');
        await books.getByText('the store of accesses does not answer').first().waitFor();
      });
      await books?.locator('main .notice-wrong').first().waitFor({ state: 'detached' });
      await books?.getByRole('table').first().waitFor();
    },
    testMsMax,
  );

  it(
    'say since when the log is away, show nothing that cannot be written down, and go on by themselves',
    async () => {
      let late: Page | undefined;
      await killedUnder(
        { kill: () => kafka.killAll(), start: () => kafka.startAll(), notice: /The log has not answered since/ },
        async () => {
          late = await newPage();
          await late.goto('/rules');
          await late.getByText('each look is first written down in the log').first().waitFor();
        },
      );
      await late?.locator('main .notice-wrong').first().waitFor({ state: 'detached' });
      await late?.getByRole('table').first().waitFor();
      await vigie.post(theft(160));
      await pageOf('/').getByRole('row').filter({ hasText: actor }).getByText('240').waitFor();
    },
    testMsMax,
  );
});

/** Without its figures: what came meanwhile is counted. */
const headingOf = async (page: Page) => ((await page.locator('main h1').textContent()) ?? '').replaceAll(/[\d,]+/g, '…');
