import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { CaseRow } from '#libs/contracts/case-row.js';
import { aCase, aManner, aMessage } from '../told/example.fixture.js';
import { randomCase } from '../told/random-messages.fixture.js';
import { told } from '../told/told.js';
import { type Alert, alertsFor, aliveMs, resendEveryMs, type Said } from './alerts.js';
import { sayingOf } from './alertmanager.js';

const at = Date.parse('2026-11-23T08:31:11.000Z');
const contextAt = (now: number) => ({
  speech: { locale: 'en', timezone: 'Europe/Paris' } as const,
  consoleUrl: 'https://vigie.example',
  now,
});

/** Alertmanager as far as it matters: alerts by their labels, and which of them are active at an instant. */
class Model {
  readonly #alerts = new Map<string, Alert>();

  post(alerts: readonly Alert[]): void {
    for (const alert of alerts) this.#alerts.set(JSON.stringify(alert.labels), alert);
  }

  active(now: number): readonly Alert[] {
    return [...this.#alerts.values()].filter(({ endsAt }) => Date.parse(endsAt) > now);
  }
}

/** Rows as the log has them: each case under a few numbers, its versions growing. */
const histories = fc
  .array(fc.tuple(randomCase, fc.nat(3)), { maxLength: 30 })
  .map((rows) => rows.map(([row, which], version): CaseRow => ({ ...row, case_id: String(which).repeat(32), version })));

describe('the alerts of cases', () => {
  it('are one that is active for each case that is open, and none for one that is resolved, whatever happens', () => {
    fc.assert(
      fc.property(histories, (rows) => {
        const model = new Model();
        let said: Said = new Map();
        rows.forEach((row, index) => {
          const now = at + index * 1000;
          const next = alertsFor([row], said, contextAt(now));
          model.post(next.alerts);
          said = next.said;
          const open = new Map(rows.slice(0, index + 1).map((one) => [one.case_id, one]));
          const expected = [...open.values()].filter(({ status }) => status !== 'resolved');
          expect(
            model
              .active(now)
              .map(({ labels }) => [labels['case_id'], labels['step']])
              .toSorted(),
          ).toEqual(expected.map((one) => [one.case_id, String(one.step)]).toSorted());
        });
      }),
    );
  });

  it('stay active while they are sent again, and end some minutes after nobody does', () => {
    const model = new Model();
    let said: Said = new Map();
    for (let minute = 0; minute <= 20; minute += 1) {
      const now = at + minute * resendEveryMs;
      expect(model.active(now)).toHaveLength(minute === 0 ? 0 : 1);
      const next = alertsFor([aCase()], said, contextAt(now));
      model.post(next.alerts);
      said = next.said;
    }
    expect(model.active(at + 20 * resendEveryMs + aliveMs - 1)).toHaveLength(1);
    expect(model.active(at + 20 * resendEveryMs + aliveMs)).toHaveLength(0);
  });

  it('say growth by a label, and end the old one in the same post', () => {
    const before = alertsFor([aCase({ step: 40, version: 1 })], new Map(), contextAt(at - 1000));
    const { alerts } = alertsFor([aCase()], before.said, contextAt(at));
    expect(alerts.map(({ labels, endsAt }) => [labels['step'], Date.parse(endsAt) > at])).toEqual([
      ['400', true],
      ['40', false],
    ]);
  });

  it('are not said anew for what grows without a step', () => {
    const before = alertsFor([aCase()], new Map(), contextAt(at - 1000));
    const { alerts } = alertsFor([aCase({ patients: 512, clinics: ['a', 'b', 'c'], version: 3 })], before.said, contextAt(at));
    expect(alerts).toHaveLength(1);
    expect(alerts[0]?.labels).toEqual(before.alerts[0]?.labels);
    expect(alerts[0]?.annotations).toMatchObject({ patients: '512' });
  });

  it('are not turned back by a case as it stood before', () => {
    const { said } = alertsFor([aCase()], new Map(), contextAt(at));
    expect(alertsFor([aCase({ step: 40, version: 1 })], said, contextAt(at)).alerts).toEqual([]);
    const over = alertsFor([aCase({ status: 'resolved', version: 9 })], said, contextAt(at));
    expect(alertsFor([aCase()], over.said, contextAt(at)).alerts).toEqual([]);
  });

  it('have label names that Alertmanager takes', () => {
    fc.assert(
      fc.property(randomCase, (row) => {
        for (const { labels } of alertsFor([row], new Map(), contextAt(at)).alerts)
          for (const name of Object.keys(labels)) expect(name).toMatch(/^[a-z_]+$/);
      }),
    );
  });
});

describe('the alert of a clock', () => {
  it('is of its own, more urgent once it is over, and ends when it was met', () => {
    expect(alertAt('2026-11-23T08:00:00.000Z')?.labels).toMatchObject({
      alertname: 'VigieDeadline',
      severity: 'high',
      clock: 'gdpr33',
    });
    expect(alertAt('2026-11-24T08:00:00.000Z')?.labels).toMatchObject({ severity: 'critical' });
    const met = alertAt('2026-11-24T09:00:00.000Z', 'met_late');
    expect(met?.endsAt).toBe('2026-11-24T09:00:00.000Z');
  });
});

function alertAt(time: string, state = 'running'): Alert | undefined {
  const deadline = { controller_id: '750300123', clock: 'gdpr33', due_at: '2026-11-24T08:00:00.000Z', state };
  return sayingOf(told(aMessage({ kind: 'deadline', at: time, deadline }), aManner()), new Map(), contextAt(Date.parse(time)))
    .alerts[0];
}
