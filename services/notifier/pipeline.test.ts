import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { IncidentChange } from '#libs/contracts/incident.js';
import type { NotificationRow } from '#libs/contracts/notification-row.js';
import { topics } from '#libs/contracts/topics.js';
import type { EndpointPaused } from '#libs/contracts/webhook-body.js';
import { createMemoryLog, type MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { systemClock } from '#libs/runtime/clock.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import type { Channel, ToldChange } from './channels/channel.js';
import { DeliveredFile } from './deliver/delivered.js';
import { LogChannel } from './channels/log-channel.js';
import { deliveredPath, NotifierPipeline } from './pipeline.js';
import type { Verdict } from '#libs/channels/http/verdict.js';

describe('the notifier on a log', () => {
  const folders: string[] = [];
  afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'vigie-notifier-'));
    folders.push(made);
    return made;
  };

  it('tells each change once per channel, restarts included, and leaves out figures', async () => {
    const dataDir = folder();
    const log = newLog();
    const siem = new FakeChannel('siem');
    const first = await start(log, dataDir, [siem]);
    await append(log, change(1), change(2, { change_type: 'incident.updated' }), change(3));
    await siem.has(2);
    await first.stop();
    await append(log, change(4));
    const second = await start(log, dataDir, [siem]);
    await siem.has(3);
    await second.stop();
    expect(siem.told.map(({ change_id }) => change_id)).toEqual([1, 3, 4].map(idOf));
  });

  it('an endpoint that is down holds up no other, and gets what it missed after a restart, without repeating the others', async () => {
    const dataDir = folder();
    const log = newLog();
    const well = new FakeChannel('well');
    const down = new FakeChannel('down', { kind: 'refused', status: 404, reason: 'answered 404', scope: 'endpoint' });
    const first = await start(log, dataDir, [well, down]);
    await append(log, ...Array.from({ length: 100 }, (_, index) => change(index)));
    await well.has(100);
    await first.stop();
    expect(down.told).toHaveLength(0);
    down.verdict = ok;
    const second = await start(log, dataDir, [well, down]);
    await down.has(100);
    await append(log, change(100));
    await well.has(101);
    await down.has(101);
    await second.stop();
    expect(new Set(well.told.map(({ change_id }) => change_id)).size).toBe(101);
    expect(well.told).toHaveLength(101);
    expect(down.told).toHaveLength(101);
  });

  it('what waits for an endpoint that takes nothing is told on every other channel, whatever its level, and in the log', async () => {
    const log = newLog();
    const well = new FakeChannel('well');
    const down = new FakeChannel('down', { kind: 'refused', status: 302, reason: 'answered 302', scope: 'endpoint' });
    const running = await start(log, folder(), [well, down]);
    await append(log, ...Array.from({ length: 102 }, (_, index) => change(index)));
    await until(
      () =>
        well.notices.length === 1 &&
        running.couriers[0]?.channel instanceof FakeChannel &&
        running.couriers[0].channel.notices.length === 1,
    );
    await running.stop();
    expect(well.notices[0]?.data).toMatchObject({ endpoint: 'down', status: 302, reason: 'answered 302', waiting: 102 });
    expect(down.notices).toHaveLength(0);
  });

  it('what was delivered ahead of an undelivered change is not sent again after a restart', async () => {
    const dataDir = folder();
    const log = newLog();
    const siem = new FakeChannel('siem');
    siem.verdictFor = ({ change_id }) =>
      change_id === idOf(0) ? { kind: 'refused', status: 400, reason: 'answered 400', scope: 'change' } : ok;
    const first = await start(log, dataDir, [siem]);
    await append(log, ...Array.from({ length: 50 }, (_, index) => change(index, { incident_id: idOf(1000 + index) })));
    await siem.has(49);
    await first.stop();
    const again = new FakeChannel('siem');
    const second = await start(log, dataDir, [again]);
    await append(log, change(50));
    await again.has(2);
    await second.stop();
    expect(again.told.map(({ change_id }) => change_id).toSorted()).toEqual([0, 50].map(idOf));
  });

  it('tells of a withdrawn incident as of a closed one, and never of a suppressed match', async () => {
    const log = newLog();
    const siem = new FakeChannel('siem');
    const running = await start(log, folder(), [siem]);
    await append(
      log,
      change(1),
      change(2, { change_type: 'incident.suppressed', state: 'suppressed', suppressed_by: ['recall'] }),
      change(3, { change_type: 'incident.withdrawn', state: 'withdrawn' }),
      change(4, { change_type: 'incident.closed', state: 'closed' }),
    );
    await siem.has(3);
    await running.stop();
    expect(siem.told.map(({ change_id }) => change_id)).toEqual([1, 3, 4].map(idOf));
  });

  it('tells of a change that was written before an upgrade, when changes said less', async () => {
    const log = newLog();
    const siem = new FakeChannel('siem');
    const running = await start(log, folder(), [siem]);
    const { patients_at_firing: _a, rule_selections: _b, late_seconds: _c, suppressed_by: _d, ...old } = change(1);
    await log.append({ topic: topics.incidents, partition: 0 }, Buffer.from(`${JSON.stringify(old)}\n`));
    await siem.has(1);
    await running.stop();
    expect(siem.told[0]).toEqual({ ...change(1), ...old, rule_selections: [] });
    expect(log.frames({ topic: topics.quarantine, partition: 0 })).toHaveLength(0);
  });

  it('the same change appended twice by a replaying scorer is told once', async () => {
    const log = newLog();
    const siem = new FakeChannel('siem');
    const running = await start(log, folder(), [siem]);
    await append(log, change(1), change(1));
    await append(log, change(1), change(2));
    await siem.has(2);
    await running.stop();
    expect(siem.told).toHaveLength(2);
  });

  it('a line that is no change goes to the quarantine once, without its text, and the next is told', async () => {
    const log = newLog();
    const siem = new FakeChannel('siem');
    const running = await start(log, folder(), [siem]);
    await log.append({ topic: topics.incidents, partition: 0 }, Buffer.from('{"incident_id":"secret-8001234"}\nnot json\n'));
    await append(log, change(1));
    await siem.has(1);
    await until(() => log.frames({ topic: topics.quarantine, partition: 0 }).length === 2);
    await running.stop();
    const rows = log.frames({ topic: topics.quarantine, partition: 0 }).map(String).join('');
    expect(rows).toContain('"step":"notify"');
    expect(rows).not.toContain('8001234');
  });

  it('every attempt becomes a row of the store', async () => {
    const log = newLog();
    const rows: NotificationRow[] = [];
    const running = await start(log, folder(), [new FakeChannel('siem')], rows);
    await append(log, change(1));
    await until(async () => {
      await running.flushOutcomes();
      return rows.length === 2;
    });
    await running.stop();
    expect(rows.map(({ endpoint, outcome, attempt }) => [endpoint, outcome, attempt]).toSorted()).toEqual([
      ['log', 'delivered', 1],
      ['siem', 'delivered', 1],
    ]);
  });
});

describe('the log of the notifier', () => {
  it('says of an incident how many had been read when it fired and when it was told, and how late it was found', async () => {
    const said: unknown[] = [];
    const say = (message: string, fields?: object) => void said.push([message, fields]);
    const channel = new LogChannel({ debug: say, info: say, warn: say, error: say });
    const late = {
      found: 'late',
      late_seconds: 21_600,
      patients: 90,
      patients_at_firing: 40,
      patients_at_detection: 90,
    } as const;
    await channel.send({ ...change(1, late), change_type: 'incident.opened' });
    await channel.send({ ...change(2), change_type: 'incident.withdrawn', state: 'withdrawn' });
    expect(said).toEqual([
      ['incident opened', expect.objectContaining({ found: 'late', lateSeconds: 21_600, patientsAtFiring: 40, patientsAtDetection: 90 })],
      [expect.stringContaining('withdrawn'), expect.not.objectContaining({ lateSeconds: 0 })],
    ]); // prettier-ignore
  });
});

describe('the record of delivered ids', () => {
  it('survives a torn last line, and stays bounded', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'vigie-delivered-'));
    const path = join(dataDir, 'siem.delivered');
    const first = await DeliveredFile.open(path, 600);
    for (let index = 0; index < 5000; index += 1) await first.add(idOf(index));
    appendFileSync(path, 'abc');
    const second = await DeliveredFile.open(path, 600);
    await second.add(idOf(5000));
    const third = await DeliveredFile.open(path, 600);
    expect([third.has(idOf(5000)), third.has(idOf(4999)), third.has(idOf(0))]).toEqual([true, true, false]);
    expect(readFileSync(path, 'utf8').split('\n').length).toBeLessThan(1500);
    rmSync(dataDir, { recursive: true });
  });
});

const ok: Verdict = { kind: 'delivered', status: 204 };

class FakeChannel implements Channel {
  readonly levelMin = 'informational';
  readonly parallelMax = 8;
  readonly told: ToldChange[] = [];
  readonly notices: EndpointPaused[] = [];
  verdictFor: ((change: ToldChange) => Verdict) | undefined;
  constructor(
    readonly name: string,
    public verdict: Verdict = ok,
  ) {}
  async send(change: ToldChange): Promise<Verdict> {
    const verdict = this.verdictFor?.(change) ?? this.verdict;
    if (verdict.kind === 'delivered') this.told.push(change);
    return verdict;
  }
  async announce(notice: EndpointPaused): Promise<Verdict> {
    this.notices.push(notice);
    return this.verdict;
  }
  has(count: number): Promise<void> {
    return until(() => this.told.length >= count);
  }
}

async function start(
  log: MemoryLog,
  dataDir: string,
  channels: readonly Channel[],
  rows: NotificationRow[] = [],
): Promise<NotifierPipeline> {
  const logChannel = new FakeChannel('log');
  const pipeline = new NotifierPipeline([logChannel, ...channels], {
    log,
    clock: systemClock,
    random: () => 0.5,
    logger: silentLog,
    metrics: new Metrics('notifier'),
    store: { insertNotifications: async (more) => void rows.push(...more) },
    openDelivered: (channel) => DeliveredFile.open(deliveredPath(dataDir, channel)),
  });
  await pipeline.start();
  return pipeline;
}

function newLog(): MemoryLog {
  return createMemoryLog({ topics: { [topics.incidents]: 1, [topics.quarantine]: 1 } });
}

async function append(log: MemoryLog, ...changes: readonly IncidentChange[]): Promise<void> {
  await log.append(
    { topic: topics.incidents, partition: 0 },
    Buffer.from(changes.map((one) => `${JSON.stringify(one)}\n`).join('')),
  );
}

function idOf(index: number): string {
  return index.toString(16).padStart(32, '0');
}

function change(index: number, given: Partial<IncidentChange> = {}): IncidentChange {
  const now = new Date().toISOString();
  return {
    incident_id: idOf(index % 10),
    group_id: 'aleo',
    subject_kind: 'account',
    accounts: [],
    account_count: 1,
    actor_id: 'dr.martin',
    state: 'open',
    first_time: now,
    last_time: now,
    detected_at: now,
    patients: 40,
    patients_at_firing: 40,
    patients_at_detection: 40,
    clinics: ['750300123'],
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
    change_id: idOf(index),
    changed_at: now,
    version: 65536 + index,
    received_at: now,
    ...given,
  };
}

/** Waits for something that must come about; the test's own deadline ends it when it does not. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(5);
}
