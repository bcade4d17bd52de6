import { createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { copyMigrated } from '#libs/access-store/clickhouse/migrated-store.fixture.js';
import { RunningVigie, startMsMax } from '#libs/testkit/running-vigie.js';
import { freePortBase } from '#libs/testkit/free-ports.js';

/** Several have ports of their own behind the twenty of one. */
const portBase = await freePortBase(60);
const folder = mkdtempSync(join(tmpdir(), 'vigie-workers-test-'));
const [dataDir, laid] = [join(folder, 'data'), join(folder, 'laid')];
const start = Date.parse('2026-01-05T08:00:00Z');
const accounts = Array.from({ length: 32 }, (_, index) => `account.${index}`);
const perDoor = 48;
/** Only so that one that stands still is no answer. Milliseconds. */
const answerMsMax = 5000;
const clinics = ['750300123', '690300456', '130300789'];

let sent = 0;
/** One more access; every one of another patient, of the hour before the attack where no time is given. */
function read(actor: string, atMs = -3_600_000 + sent * 10, clinic = clinics[0]) {
  sent += 1;
  const time = new Date(start + atMs).toISOString();
  const patient_ids = [`IPP-${4_711_000 + sent}`];
  return { id: `w-${sent}`, time, clinic_id: clinic, actor_id: actor, action: 'read', patient_ids, outcome: 'success' };
}
const attack = (actor: string, from: number, count: number) =>
  Array.from({ length: count }, (_, index) => read(actor, (from + index) * 1000, clinics[index % 3]));
const turn = (index: number) => accounts[index % accounts.length] ?? '';

/** The whole system over the folder of this file. */
const run = (workers: string) =>
  RunningVigie.start({
    portBase,
    dataDir,
    env: { VIGIE_WORKERS: workers, VIGIE_SOURCES_FILE: join(folder, 'sources.yml'), VIGIE_SNAPSHOT_SECONDS: '1' },
  });

describe('two scorers and two ingestors of one machine', () => {
  let vigie: RunningVigie;
  const stored = async () => Number((await vigie.sql('SELECT count() AS n FROM vigie.accesses'))[0]?.n);
  const incidents = () =>
    vigie.sql('SELECT incident_id, actor_id, patients, step, first_time, last_time FROM vigie.incidents ORDER BY incident_id');
  /** A figure of each process of a service. */
  const figures = (service: 'ingestor' | 'scorer', name: string, label = '') =>
    Promise.all(vigie.pages(service).map(async (page) => figureOf(await textOf(`${page}/metrics`), name, label)));
  /** Which scorer holds an account: its place in the list of pages. */
  const holdersOf = (actor: string) => Promise.all(vigie.pages('scorer').map((page) => isHeldBy(page, actor)));
  /** Whether the second one has an account of its own; of 32 accounts one that it holds is enough. */
  const secondHoldsSome = async () => {
    const [, page = ''] = vigie.pages('scorer');
    for (const actor of accounts) if (await isHeldBy(page, actor)) return true;
    return false;
  };

  beforeAll(async () => {
    // The road of one of each begins over nothing.
    await copyMigrated(dataDir);
    mkdirSync(laid, { recursive: true });
    writeFileSync(
      join(folder, 'sources.yml'),
      `listeners:
  - { name: tcp, kind: syslog, transport: tcp, port: ${portBase + 5} }
  - { name: udp, kind: syslog, transport: udp, port: ${portBase + 6} }
sources:
  - { name: dpi, group: helix, listener: [tcp, udp] }
  - { name: archive, group: helix, folder: ${laid} }
`,
    );
    vigie = await run('2');
  }, startMsMax);
  afterAll(async () => {
    await vigie.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('each have a page and a log of their own', async () => {
    expect(vigie.pages('scorer')).toEqual([1, 22].map((offset) => `http://127.0.0.1:${portBase + offset}`));
    expect(vigie.pages('ingestor')).toEqual([41, 42].map((offset) => `http://127.0.0.1:${portBase + offset}`));
    for (const page of [...vigie.pages('scorer'), ...vigie.pages('ingestor'), vigie.url('ingestor')])
      expect((await fetch(`${page}/health/ready`)).status).toBe(200);
    const logs = readdirSync(join(dataDir, 'logs'));
    expect(logs).toEqual(expect.arrayContaining(['ingestor-1.log', 'ingestor-2.log', 'scorer-1.log', 'scorer-2.log']));
    expect(JSON.parse(readFileSync(join(dataDir, 'logs', 'scorer-2.log'), 'utf8').split('\n')[0] ?? '')).toMatchObject({
      service: 'scorer',
      worker: 2,
    });
  });

  it('all get work, by every door, and one of them alone reads folders', async () => {
    const lines = Array.from({ length: 20 }, (_, index) => JSON.stringify(read(turn(index))));
    writeFileSync(join(laid, 'night.ndjson'), `${lines.join('\n')}\n`);
    await Promise.all(Array.from({ length: perDoor }, (_, index) => posted(portBase, vigie.token, [read(turn(index))])));
    await Promise.all(Array.from({ length: perDoor }, (_, index) => lineOverTcp(portBase + 5, syslog(read(turn(index))))));
    for (let index = 0; index < perDoor; index += 1) await datagram(portBase + 6, syslog(read(turn(index))));
    expect(await vigie.until(stored, (rows) => rows >= sent)).toBe(sent);
    for (const door of ['tcp', 'udp']) {
      const each = await figures('ingestor', 'vigie_inlet_messages_total', `inlet="${door}"`);
      expect({ door, sum: sum(each), none: each.includes(0) }).toEqual({ door, sum: perDoor, none: false });
    }
    const http = await figures('ingestor', 'vigie_events_accepted_total', 'source="test"');
    expect({ sum: sum(http), none: http.includes(0) }).toEqual({ sum: perDoor, none: false });
    expect(await figures('ingestor', 'vigie_inlet_messages_total', 'inlet="archive"')).toEqual([20, 0]);
    const scored = await vigie.until(
      () => figures('scorer', 'vigie_rows_scored_total'),
      (each) => sum(each) >= sent,
    );
    expect(scored).not.toContain(0);
    expect(sum(scored)).toBe(sent);
  });

  it('go on where one scorer is killed in the middle of an attack, and it takes its part again', async () => {
    const held = await Promise.all(accounts.map(async (actor) => ((await holdersOf(actor))[1] ? actor : '')));
    const usurped = held.find(Boolean) ?? '';
    expect(usurped).not.toBe('');
    await vigie.post(attack(usurped, 0, 30));
    // Nobody starts it again before the other has told.
    vigie.hold();
    vigie.kill('scorer-2');
    await vigie.post(attack(usurped, 30, 30));
    const [told] = await vigie.until(incidents, ([one]) => Number(one?.['patients']) >= 60);
    expect(told).toMatchObject({ actor_id: usurped, patients: 60, step: 40 });
    expect(await holdersOf(usurped)).toEqual([true, false]);
    vigie.release();
    await vigie.until(secondHoldsSome, (isBack) => isBack);
    await vigie.post(attack(usurped, 60, 60));
    const after = await vigie.until(incidents, ([one]) => Number(one?.['patients']) >= 120);
    expect(after).toEqual([{ ...told, patients: 120, step: 120, last_time: after[0]?.['last_time'] }]);
  });

  it('go on where one scorer stands still in the middle of an attack for longer than the group waits, and it goes on where the others have come', async () => {
    const shares = await Promise.all(accounts.map(async (actor) => ((await holdersOf(actor))[1] ? actor : '')));
    const before = await incidents();
    const usurped = shares.find((actor) => actor !== '' && before.every((one) => one['actor_id'] !== actor)) ?? '';
    expect(usurped).not.toBe('');
    const ofUsurped = async () => (await incidents()).filter((one) => one['actor_id'] === usurped);
    // It stands still with some of these in hand, judged or not, told or not.
    const rows = attack(usurped, 0, 60);
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        if (index === 10) vigie.signal('scorer-2', 'SIGSTOP');
        await posted(portBase, vigie.token, rows.slice(index * 3, index * 3 + 3));
      }),
    );
    const [told] = await vigie.until(ofUsurped, ([one]) => Number(one?.['patients']) >= 60);
    expect(told).toMatchObject({ patients: 60, step: 40 });
    vigie.signal('scorer-2', 'SIGCONT');
    await vigie.until(secondHoldsSome, (isBack) => isBack);
    await vigie.post(attack(usurped, 60, 60));
    const after = await vigie.until(ofUsurped, ([one]) => Number(one?.['patients']) >= 120);
    expect(after).toEqual([{ ...told, patients: 120, step: 120, last_time: after[0]?.['last_time'] }]);
    expect(await incidents()).toEqual(expect.arrayContaining([...before]));
    const log = readFileSync(join(dataDir, 'logs', 'scorer-2.log'), 'utf8');
    expect(log).toContain('thought dead by the others of the group, joining again');
    expect(vigie.output).not.toMatch(/scorer-[12] ended \((?!SIGKILL)/);
  });

  it('lose nothing where one ingestor is killed while events come', async () => {
    const before = vigie.pidOf('ingestor-1');
    await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        if (index === 10) vigie.kill('ingestor-1');
        await posted(portBase, vigie.token, [read(turn(index)), read(turn(index + 1))]);
      }),
    );
    expect(await vigie.until(stored, (rows) => rows >= sent)).toBe(sent);
    await vigie.until(
      async () => vigie.pidOf('ingestor-1'),
      (pid) => pid !== undefined && pid !== before,
    );
    expect(vigie.output).toMatch(/ingestor-1 ended \(SIGKILL\) and starts again/);
    expect(vigie.output).not.toMatch(/(ingestor-2|scorer-1) ended/);
  });

  it('stop in order, and one scorer that judges all of it again tells the same', async () => {
    const told = await incidents();
    expect(await vigie.stop()).toBe(0);
    rmSync(join(dataDir, 'state', 'scorer'), { recursive: true });
    vigie = await run('1');
    expect(vigie.pages('ingestor')).toEqual([vigie.url('ingestor')]);
    await vigie.until(
      () => figures('scorer', 'vigie_rows_scored_total'),
      ([rows = 0]) => rows >= sent,
    );
    // What it tells would be stored before this.
    await vigie.post([read('account.0')]);
    expect(await vigie.until(stored, (rows) => rows >= sent)).toBe(sent);
    expect(await incidents()).toEqual(told);
  });
});

/** Whether the scorer of a page holds an account. */
async function isHeldBy(page: string, actor: string): Promise<boolean> {
  const asked = fetch(`${page}/v1/accounts/helix/${actor}`, { signal: AbortSignal.timeout(answerMsMax) });
  return asked.then(
    ({ ok }) => ok,
    () => false,
  );
}

function sum(figures: readonly number[]): number {
  return figures.reduce((all, one) => all + one, 0);
}

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}

/** 0 where the page has none. */
function figureOf(page: string, name: string, label: string): number {
  const line = page.split('\n').find((one) => one.startsWith(`${name}{`) && one.includes(label));
  return Number(line?.split(' ').at(-1) ?? 0);
}

function syslog(event: object): string {
  return `<85>1 2026-01-05T08:12:03Z dpi-1 dpi 1 - - ${JSON.stringify(event)}`;
}

/** A request on a connection of its own, again until it is answered with 200, as honest senders do. */
async function posted(port: number, token: string, events: readonly object[]): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' };
  const body = `${events.map((event) => JSON.stringify(event)).join('\n')}\n`;
  for (;;) {
    const status = await new Promise<number>((resolve) => {
      const options = { port, host: '127.0.0.1', path: '/v1/events', method: 'POST', headers, agent: false };
      const asked = request(options, (answer) => void answer.resume().once('end', () => resolve(answer.statusCode ?? 0)));
      asked.once('error', () => resolve(0)).end(body);
    });
    if (status === 200) return;
    await sleep(100);
  }
}

function lineOverTcp(port: number, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(`${line}\n`));
    socket
      .on('error', reject)
      .on('close', () => resolve())
      .resume();
  });
}

/** From a port of its own. */
function datagram(port: number, text: string): Promise<void> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.send(text, port, '127.0.0.1', (cause) => socket.close(() => (cause ? reject(cause) : resolve())));
  });
}
