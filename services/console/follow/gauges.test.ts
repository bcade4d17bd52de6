import { describe, expect, it } from '@jest/globals';
import { AuditTrail } from '#libs/audit/audit-trail.js';
import { CaseBook } from '#libs/cases/case-book.js';
import type { CaseActionBody } from '#libs/contracts/case-action.js';
import { shippedLengths } from '#libs/dossier/shipped.js';
import { systemClock } from '#libs/runtime/clock.js';
import { Health } from '#libs/runtime/health.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { aChange, anAction, atMinute } from '#libs/testkit/case-records.js';
import { Gauges } from './gauges.js';

const hour = 60;
const controller_id = '750300123';
const aware = (minute: number, is_breach = true): CaseActionBody => ({
  type: 'breach.qualified',
  controller_id,
  is_breach,
  risk: is_breach ? 'risk' : 'none',
  reason: 'read',
  aware_at: atMinute(minute),
});
const sent: CaseActionBody = {
  type: 'dossier.sent',
  controller_id,
  authority: 'cnil',
  phase: 'initial',
  sent_at: atMinute(20 * hour),
  reference: 'N-1',
};

describe('the clocks of breaches in metrics', () => {
  it('are the nearest of each kind, and none where none runs', async () => {
    const shown = new Shown();
    expect(await shown.at(hour)).toEqual({});
    shown.book.addChange(aChange('a', 1, { minute: 0 }));
    shown.book.addChange(aChange('b', 1, { minute: 5 * hour, actor_id: 'nurse.2' }));
    expect(await shown.at(6 * hour)).toEqual({ investigation: 18 * 3600 });
    shown.book.addAction(anAction('a', 7 * hour, aware(6 * hour)));
    expect(await shown.at(8 * hour)).toEqual({ investigation: 21 * 3600, gdpr33: 70 * 3600, cert_sante: 3 * 3600 });
    // Over, and not met.
    expect(await shown.at(12 * hour)).toEqual({ investigation: 17 * 3600, gdpr33: 66 * 3600, cert_sante: -3600 });
    shown.book.addAction(anAction('a', 20 * hour, sent));
    shown.book.addAction(anAction('b', 21 * hour, aware(20 * hour, false)));
    expect(await shown.at(22 * hour)).toEqual({ cert_sante: -11 * 3600 });
  });

  it('are not shown of a book that is not read to its end', async () => {
    const shown = new Shown();
    shown.book.addChange(aChange('a', 1, { minute: 0 }));
    shown.behind = '1 of 4 partitions are not read to their ends yet';
    expect(await shown.at(hour)).toEqual({});
    shown.behind = undefined;
    expect(await shown.at(hour)).toEqual({ investigation: 23 * 3600 });
  });
});

describe('the chain of the audit in metrics', () => {
  it('is its rows and the beginning of the last digest, and nothing before the first', async () => {
    const shown = new Shown();
    const [rows, head] = [new Set<string>(), new Set<string>()];
    for (const n of [0, 1, 2]) {
      await shown.at(n);
      const text = await shown.metrics.registry.metrics();
      for (const [, value = ''] of text.matchAll(/^vigie_audit_chain_rows\{chain_id="c{32}",.*\} (\d+)$/gm)) rows.add(value);
      for (const [, value = ''] of text.matchAll(/^vigie_audit_head\{chain_id="c{32}",.*\} (\d+)$/gm))
        head.add(Number(value).toString(16).padStart(13, '0'));
      if (n > 0) expect(shown.trail.head?.sha256.startsWith([...head].at(-1) ?? 'none')).toBe(true);
      await shown.trail.record({
        at: atMinute(n),
        by: 'dpo',
        via: 'api',
        method: 'GET',
        route: '/v1/cases',
        case_id: '',
        rows: n,
        status: 200,
        remote_address: '',
      });
    }
    expect([[...rows], head.size]).toEqual([['1', '2'], 2]);
  });
});

/** What a console with a book shows at a minute; every look comes a minute of the other clock later. */
class Shown {
  readonly book = new CaseBook();
  readonly trail = new AuditTrail('c'.repeat(32), async () => {});
  behind: string | undefined;
  readonly metrics = new Metrics('console');
  #minute = 0;
  #looks = 0;
  readonly #gauges = new Gauges(
    { book: this.book, trail: this.trail, membership: undefined, behind: () => this.behind },
    {
      clock: { ...systemClock, now: () => Date.parse(atMinute(this.#minute)), monotonic: () => this.#looks * 60_000 },
      log: silentLog,
      metrics: this.metrics,
      health: new Health(),
      lengths: () => shippedLengths,
    },
  );

  async at(minute: number): Promise<Record<string, number>> {
    this.#minute = minute;
    this.#looks += 1;
    await this.#gauges.look();
    const found = (await this.metrics.registry.metrics()).matchAll(/^vigie_deadline_seconds\{kind="(\w+)",.*\} (-?\d+)$/gm);
    return Object.fromEntries([...found].map(([, kind, left]) => [kind, Number(left)]));
  }
}
