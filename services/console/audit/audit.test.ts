import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ChainCheck } from '#libs/audit/chain-check.js';
import { AuditTrail, waitingRowsMax } from '#libs/audit/audit-trail.js';
import { refusedPerMinuteMax, RefusedLogins } from '#libs/audit/refused-logins.js';
import { type AuditRow, auditRow } from '#libs/contracts/audit-row.js';
import { topics } from '#libs/contracts/topics.js';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import type { EventLog } from '#libs/event-log/port.js';
import { systemClock } from '#libs/runtime/clock.js';
import { Transient } from '#libs/runtime/outcome.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { newLog, tell } from '../console-log.fixture.js';
import { RunningConsole } from '../console.fixture.js';

const id = anIncidentId('a');
const secret = 'IPP-123456';

/** A log whose appends of audit rows fail while it is told so; sometimes it has taken them all the same. */
class BrokenAudit {
  away: 'no' | 'lost' | 'taken' = 'no';

  over(log: EventLog): EventLog {
    const append: EventLog['append'] = async (at, bytes) => {
      if (at.topic !== topics.audit || this.away === 'no') return log.append(at, bytes);
      if (this.away === 'taken') await log.append(at, bytes);
      throw new Transient('no acknowledgement');
    };
    return {
      append,
      partitions: (topic) => log.partitions(topic),
      join: (options, reader) => log.join(options, reader),
      close: () => log.close(),
    };
  }
}

describe('the audit of the console', () => {
  let log: MemoryLog;
  let audit: BrokenAudit;
  let one: RunningConsole;
  beforeEach(async () => {
    log = newLog();
    audit = new BrokenAudit();
    await tell(log, aChange('a', 1, { changed_at: new Date(systemClock.now()).toISOString() }));
    one = await RunningConsole.start(audit.over(log.connect()), 20_000);
  });
  afterEach(() => one.stop());

  it('has a row of every answer to somebody, and of every refused login, and none of what shows nothing', async () => {
    await one.get('/v1/cases');
    await one.get(`/v1/cases/${id.slice(0, 8)}`);
    await one.get(`/v1/cases/${id}/timeline`, 'looks');
    await one.get(`/v1/cases/${id}/notifications`, 'dpo');
    await one.act(id, { type: 'case.noted', text: 'asked the ward' }, 'k');
    await one.act(id, { type: 'case.noted', text: 'no' }, 'k', 'looks');
    await one.act(id, { type: 'case.noted', text: secret }, secret);
    await one.get(`/v1/cases/${secret}?q=${secret}`);
    await one.get('/v1/cases', secret);
    await one.get('/health/live', '');
    await one.get('/v1/nowhere', '');
    const route = '/v1/cases/:id';
    const rows = rowsOf(log);
    expect(
      rows.map(({ by, method, route: at, case_id, rows: shown, status }) => [by, method, at, case_id, shown, status]),
    ).toEqual([
      ['a.durand', 'GET', '/v1/cases', '', 1, 200],
      ['a.durand', 'GET', route, id, 1, 200],
      ['looks', 'GET', `${route}/timeline`, id, 1, 200],
      ['dpo', 'GET', `${route}/notifications`, id, 0, 200],
      ['a.durand', 'POST', `${route}/actions`, id, 1, 200],
      ['looks', 'POST', `${route}/actions`, id, 0, 403],
      ['a.durand', 'POST', `${route}/actions`, id, 0, 422],
      ['a.durand', 'GET', route, '', 0, 422],
      ['', 'GET', '/v1/cases', '', 0, 401],
    ]);
    expect(rows.map(({ remote_address }) => remote_address)).toEqual(rows.map(() => '127.0.0.1'));
    expect(JSON.stringify(rows)).not.toMatch(/123456|asked/);
    expectHeld(rows);
  });

  it.each(['lost', 'taken'] as const)('shows nothing while its append fails, and has no gap afterwards: %s', async (away) => {
    await one.get('/v1/cases');
    audit.away = away;
    const asked = [
      await one.get('/v1/cases'),
      await one.get(`/v1/cases/${id}`),
      await one.get(`/v1/cases/${id}/timeline`),
      await one.get(`/v1/cases/${id}/notifications`),
      await one.act(id, { type: 'case.acknowledged' }, 'k'),
      await one.get(`/v1/cases/${id}`, 'elsewhere'),
      await one.get('/v1/cases', 'nobody'),
    ];
    for (const { status, body, location } of asked) {
      expect([status, Object.keys(body), body['error'], location]).toEqual([503, ['error', 'message'], 'not_audited', undefined]);
      expect(JSON.stringify(body)).not.toContain(id.slice(0, 8));
    }
    audit.away = 'no';
    // What was done while nobody could be told is done, once.
    expect((await one.act(id, { type: 'case.acknowledged' }, 'k')).body).toMatchObject({
      case: { status: 'acknowledged', version: 2 },
    });
    expectHeld(rowsOf(log), 9);
  });

  it('writes down so many refused logins in a minute, and answers the others with 429, while users are let in', async () => {
    const statuses = new Map<number, number>();
    for (let n = 0; n < refusedPerMinuteMax * 3; n += 1) {
      const { status, body } = await one.get('/v1/cases', `nobody-${n}`);
      expect(body['error']).toBe(status === 401 ? 'no_user' : 'too_many_refused');
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([401, 429]));
    // The clock may have gone on to another minute.
    const written = rowsOf(log);
    expect(written.length).toBeLessThanOrEqual((refusedPerMinuteMax + 1) * 2);
    expect(written.map(({ status }) => status)).toContain(429);
    expect((await one.get('/v1/cases')).status).toBe(200);
    expectHeld(rowsOf(log), written.length + 1);
  });
});

describe('refused logins', () => {
  it('are counted by the minute', () => {
    const logins = new RefusedLogins();
    const knocks = Array.from({ length: refusedPerMinuteMax + 3 }, () => logins.knock(59_999));
    expect(knocks.slice(-4)).toEqual(['refused', 'too_many', 'more', 'more']);
    expect(logins.knock(60_000)).toBe('refused');
  });
});

describe('the trail', () => {
  it('appends one frame at a time, what came meanwhile with the next, in the order of the chain', async () => {
    const frames: (readonly AuditRow[])[] = [];
    const trail = new AuditTrail('c'.repeat(32), async (rows) => {
      frames.push(rows);
      await systemClock.sleep(0);
    });
    await Promise.all(Array.from({ length: 450 }, () => trail.record(aFact)));
    expect(frames.map(({ length }) => length)).toEqual([1, 200, 200, 49]);
    expectHeld(frames.flat(), 450);
  });

  it('lets no more wait than it can hold, and goes on with all of them once the log is there', async () => {
    let away = true;
    const rows: AuditRow[] = [];
    const trail = new AuditTrail('c'.repeat(32), async (frame) => {
      if (away) throw new Transient('away');
      rows.push(...frame);
    });
    for (let n = 0; n < waitingRowsMax + 50; n += 1) await expect(trail.record(aFact)).rejects.toThrow(Transient);
    // A head of rows that may never be there would accuse somebody.
    expect(trail.head).toBeUndefined();
    away = false;
    await expect(trail.record(aFact)).rejects.toThrow('wait for the log already');
    const taken = () =>
      trail.record(aFact).then(
        () => true,
        () => false,
      );
    while (!(await taken())) await systemClock.sleep(0);
    expectHeld(rows);
    expect(rows.length).toBeGreaterThan(waitingRowsMax);
    expect(trail.head).toEqual({ chainId: 'c'.repeat(32), rows: rows.length, sha256: rows.at(-1)?.sha256 });
  });
});

const aFact = {
  at: '2026-11-28T20:00:00.000Z',
  by: 'a.durand',
  via: 'api',
  method: 'GET',
  route: '/v1/cases',
  case_id: '',
  rows: 1,
  status: 200,
  remote_address: '::1',
} as const;

/** The audit rows of a log, as they lie there. */
function rowsOf(log: MemoryLog): readonly AuditRow[] {
  const frames = [0, 1].flatMap((partition) => log.frames({ topic: topics.audit, partition }));
  const lines = frames.flatMap((bytes) => bytes.toString('utf8').split('\n').filter(Boolean));
  return lines.map((line) => auditRow.parse(JSON.parse(line)));
}

/** Of one chain without a fault, by the order of their numbers, as the store has them. */
function expectHeld(rows: readonly AuditRow[], count = rows.length): void {
  const check = new ChainCheck(rows[0]?.chain_id ?? '');
  for (const row of rows.toSorted((a, b) => a.number - b.number)) check.take(row);
  expect(check.findings).toMatchObject({ holds: count, bad: undefined });
}
