import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { silentLog } from '#libs/runtime/log.js';
import type { CaseMessage } from '#libs/contracts/case-message.js';
import { createMemoryLog } from '#libs/event-log/memory/memory-log.js';
import { systemClock } from '#libs/runtime/clock.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { findTool } from '../../../scripts/debian-tool.mjs';
import { fetchPost } from '../http/http-post.js';
import { aCase, aManner, aMessage } from '../told/example.fixture.js';
import { hostileNames } from '../told/random-messages.fixture.js';
import { told } from '../told/told.js';
import { alertmanagerSender } from './alertmanager.js';

const shipped = join(projectRoot, 'deploy', 'alertmanager', 'vigie.yml');
const server = findTool('prometheus-alertmanager', 'prometheus-alertmanager');
const amtool = findTool('prometheus-alertmanager', 'amtool');
const signal = new AbortController().signal;

interface Notified {
  readonly alerts: readonly { readonly status: string; readonly labels: Readonly<Record<string, string>> }[];
}

/** A receiver of Alertmanager's notifications, in the order of their coming. */
async function notifications() {
  const got: Notified[] = [];
  const waiting: (() => void)[] = [];
  const http = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      got.push(JSON.parse(text) as Notified);
      response.end();
      for (const wake of waiting.splice(0)) wake();
    });
  });
  const [port] = [await freePortBase()];
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');
  const next = async (count: number) => {
    while (got.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    return got[count - 1]?.alerts.map(({ status, labels }) => `${status}/${labels['step']}`).toSorted();
  };
  return { got, next, url: `http://127.0.0.1:${port}/`, close: () => (http.closeAllConnections(), http.close()) };
}

/**
 * Debian's Alertmanager reads its templates from /usr/share, where only root could put them: a copy looks for them, by a path of the same
 * length, in its working directory. One that was installed is left as it is.
 */
function runnable(binary: string, folder: string): string {
  const home = '/usr/share/prometheus/alertmanager';
  const own = join(dirname(binary), '..', 'share', 'prometheus', 'alertmanager');
  if (existsSync(home) || !existsSync(own)) return binary;
  for (const name of readdirSync(own).filter((one) => one.endsWith('.tmpl'))) copyFileSync(join(own, name), join(folder, name));
  const bytes = readFileSync(binary);
  for (let at = bytes.indexOf(home); at >= 0; at = bytes.indexOf(home, at))
    bytes.write('/proc/self/cwd'.padEnd(home.length, '/'), at);
  const copy = join(folder, 'alertmanager');
  writeFileSync(copy, bytes, { mode: 0o700 });
  return copy;
}

/** Alertmanager with the routes that we ship; only the receiver and the pace differ. */
async function startAlertmanager(binary: string, webhook: string) {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-alertmanager-'));
  const config = parse(readFileSync(shipped, 'utf8'));
  for (const route of config.route.routes) Object.assign(route, { group_wait: '1ms', group_interval: '200ms' });
  config.receivers = [{ name: 'people', webhook_configs: [{ url: webhook, send_resolved: true }] }];
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'vigie.yml'), stringify(config));
  const port = await freePortBase();
  const options = [
    `--config.file=${folder}/vigie.yml`,
    `--storage.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
  ];
  const child = spawn(runnable(binary, folder), options, { stdio: 'ignore', cwd: folder });
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`Alertmanager ended with ${child.exitCode}`);
    await systemClock.sleep(50);
  }
  const active = async () => (await (await fetch(`${url}/api/v2/alerts?active=true`)).json()) as Notified['alerts'];
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, active, stop };
}

function aSender(url: string) {
  const manner = aManner();
  const log = createMemoryLog({ topics: {} });
  const tools = {
    clock: systemClock,
    http: fetchPost,
    log,
    maskKey: manner.maskKey,
    hostname: 'h',
    version: '0',
    logger: silentLog,
    manner,
  };
  return { manner, sender: alertmanagerSender({ url, authorization: undefined }, tools) };
}

const reason = server.reason ?? amtool.reason;
(reason === undefined ? describe : describe.skip)(`Alertmanager itself${reason === undefined ? '' : ` (${reason})`}`, () => {
  it('takes the routes that we ship', () => {
    const { status, stdout } = spawnSync(amtool.path ?? '', ['check-config', shipped], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  it('tells people twice of a case that grows from 40 to 400 patients, has one alert of it, and none when it is resolved', async () => {
    const people = await notifications();
    const alertmanager = await startAlertmanager(server.path ?? '', people.url);
    try {
      const { manner, sender } = aSender(alertmanager.url);
      const now = systemClock.now();
      const row = aCase({ opened_at: new Date(now - 60_000).toISOString() });
      const steps = [
        { step: 40, patients: 40, version: 1 },
        { step: 400, patients: 400, version: 2 },
      ];
      for (const [index, given] of steps.entries()) {
        expect(await sender.send(told(aMessage({ case: { ...row, ...given } }), manner), signal)).toEqual({
          kind: 'delivered',
          status: 200,
        });
        expect(await people.next(index + 1)).toEqual(index === 0 ? ['firing/40'] : ['firing/400', 'resolved/40']);
        expect((await alertmanager.active()).map(({ labels }) => labels['step'])).toEqual([String(given.step)]);
      }
      // What is said again is said to nobody, and neither is a figure without a step.
      expect(await sender.resend?.([{ ...row, version: 3, patients: 512 }], signal)).toMatchObject({ kind: 'delivered' });
      expect((await alertmanager.active()).length).toBe(1);
      const over = { ...row, status: 'resolved', verdict: 'true_positive', version: 4, patients: 512 } as const;
      await sender.send(told(aMessage({ kind: 'ended', case: over }), manner), signal);
      expect(await people.next(3)).toEqual(['resolved/400']);
      expect(await alertmanager.active()).toEqual([]);
      expect(people.got).toHaveLength(3);
    } finally {
      await alertmanager.stop();
      people.close();
    }
  });

  it('takes a message of every other kind, whatever things are called', async () => {
    const people = await notifications();
    const alertmanager = await startAlertmanager(server.path ?? '', people.url);
    try {
      const { manner, sender } = aSender(alertmanager.url);
      const deadline = { controller_id: 'x y', clock: 'gdpr33', due_at: '2026-11-24T08:00:00.000Z', state: 'running' };
      const { case: row, ...rest } = aMessage();
      const messages: readonly CaseMessage[] = [
        { ...rest, kind: 'test' },
        { ...rest, kind: 'deadline', case: row, deadline },
        ...hostileNames.map((name): CaseMessage => ({
          ...rest,
          kind: 'muted_end',
          cases: [aCase({ actor_id: name, title: name, rules: [name], group_id: name })],
        })),
      ];
      for (const message of messages)
        expect(await sender.send(told(message, manner), signal)).toEqual({ kind: 'delivered', status: 200 });
    } finally {
      await alertmanager.stop();
      people.close();
    }
  });
});
