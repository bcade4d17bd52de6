import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { copyMigrated } from '#libs/access-store/clickhouse/migrated-store.fixture.js';
import { lastLeakcheck } from '#libs/access-store/leakchecks/leakchecks.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { compiledModule } from '#libs/runtime/paths.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { RunningVigie, startMsMax } from '#libs/testkit/running-vigie.js';
import { LeakWatch } from '#services/archiver/store/leak-watch.js';
import { readCommandConfig } from '../config.js';
import { withStore } from '../with-store.js';

const portBase = await freePortBase();
const dataDir = mkdtempSync(join(tmpdir(), 'vigie-leakcheck-'));
const tokenFile = join(dataDir, 'token');

describe('vigie leakcheck', () => {
  let vigie: RunningVigie;
  beforeAll(async () => {
    await copyMigrated(dataDir);
    vigie = await RunningVigie.start({ portBase, dataDir });
    writeFileSync(tokenFile, `${vigie.token}\n`);
  }, 2 * startMsMax);
  afterAll(async () => {
    await vigie.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('finds nothing in what a running system stores, answers and measures', async () => {
    const { code, out, err } = await leakcheck();
    expect({ code, out, err: code === 0 ? '' : err }).toEqual({ code: 0, out: 'no identifier was found\n', err: '' });
    expect(err).toMatch(/accesses_?\w*: \d{2,} row\(s\)/);
    expect(await last()).toEqual({ at: expect.any(String), places: 0 });
    expect(err).toMatch(/quarantine_rows: [1-9]\d* row\(s\)/);
  });

  it('is no incident: none of its accounts and clinics meets as many patients as the least rule of the pack counts', async () => {
    await vigie.until(
      () => isBehind(vigie.url('scorer')),
      (behind) => !behind,
    );
    const [found] =
      await asked(`SELECT (SELECT max(n) FROM (SELECT uniqExact(patient_id) AS n FROM vigie.access_rows WHERE startsWith(actor_id, 'leakcheck-') GROUP BY actor_id)) AS account,
      (SELECT max(n) FROM (SELECT uniqExact(patient_id) AS n FROM vigie.access_rows WHERE startsWith(clinic_id, 'leakcheck-') GROUP BY clinic_id)) AS clinic, (SELECT count() FROM vigie.incidents) AS incidents`);
    expect(Number(found?.['incidents'])).toBe(0);
    expect(Number(found?.['account'])).toBeGreaterThan(0);
    expect(Math.max(Number(found?.['account']), Number(found?.['clinic']))).toBeLessThan(8);
  });

  it('finds an ingestor that repeats what it was sent', async () => {
    const parrot = createServer((request, response) => {
      void (async () => {
        const body = await text(request);
        const headers = { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' };
        const answer = await fetch(`${vigie.url('ingestor')}${request.url}`, { method: 'POST', headers, body });
        response.end(JSON.stringify({ ...JSON.parse(await answer.text()), body: body.slice(0, 5000) }));
      })();
    });
    await once(parrot.listen(0, '127.0.0.1'), 'listening');
    try {
      const { port } = parrot.address() as AddressInfo;
      const { code, out } = await leakcheck(['--url', `http://127.0.0.1:${port}`]);
      expect(code).toBe(1);
      expect(out).toContain('LEAK\tanswer of /v1/events\tin clear\n');
      expect(out).toMatch(/^\d+ place\(s\) show an identifier$/m);
      const places = Number(/^(\d+) place/m.exec(out)?.[1]);
      const metrics = new Metrics('archiver');
      await new LeakWatch(last, { metrics, log: silentLog }).look();
      const shown = await metrics.registry.getSingleMetricAsString('vigie_leakcheck_places');
      expect(shown).toContain(`vigie_leakcheck_places{service="archiver"} ${places}`);
    } finally {
      parrot.close();
    }
  });

  it('asks for the token of a source of its own', async () => {
    const child = await run([], { VIGIE_INGEST_TOKENS: `siem@helix=${vigie.token}` });
    expect(child).toMatchObject({ code: 2, err: expect.stringContaining('--token-file FILE is needed') });
  });
});

/** Whether a service has frames before it that it has not been handed. */
async function isBehind(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/metrics`);
  return /^vigie_log_lag_frames\{.*\} [1-9]/m.test(await answer.text());
}

const config = () => readCommandConfig({ VIGIE_PORT_BASE: String(portBase), VIGIE_DATA_DIR: dataDir });

function last() {
  return withStore(config(), lastLeakcheck);
}

function asked(query: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return withStore(config(), async (client) => (await client.query({ query, format: 'JSONEachRow' })).json());
}

async function leakcheck(more: readonly string[] = []) {
  return run(['--token-file', tokenFile, ...more]);
}

async function run(more: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [compiledModule('cli/vigie'), 'leakcheck', ...more], {
    env: { ...process.env, NODE_OPTIONS: '', VIGIE_PORT_BASE: String(portBase), VIGIE_DATA_DIR: dataDir, ...env },
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: Number(code), out, err };
}
