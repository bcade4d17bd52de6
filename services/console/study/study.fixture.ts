import type { AccountRecord, AccountStretch, AccountValue } from '#libs/access-store/accounts/account-record.js';
import type { AuditLook, AuditLooks, LookPlace, LooksWanted } from '#libs/access-store/audit/audit-looks.js';
import type { AccountQuery, AssistantReader } from '#libs/access-store/assistant/assistant-reader.js';
import type { AccountPeers, IncidentContext } from '#libs/access-store/assistant/shapes.js';
import type {
  BookDay,
  ChannelAttempts,
  DeskRecords,
  KeptQuiet,
  PastFinding,
  PastLeak,
} from '#libs/access-store/desk/desk-records.js';
import type { ShownAccess } from '#libs/access-store/incidents/incident-reader.js';
import type { AccessPlace, RuleWindow, RuleWindows, WindowFigures } from '#libs/access-store/windows/rule-windows.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { isoOf } from '#libs/runtime/clock.js';
import type { FakePatients } from '../answer/fakes.fixture.js';
import type { Verdicts } from '#libs/access-store/verdicts/rule-verdicts.js';
import type { WindowsNow } from './account.js';
import type { BacktestReport, RunBacktest } from './backtests.js';

/** What the scorer says of any account. */
export const windowsNow: WindowsNow = {
  state: 'known',
  newest_time: '2026-01-05T09:01:00.000Z',
  rules: [
    {
      rule_id: 'mass-access-10m',
      title: 'Many patients in ten minutes',
      type: 'value_count',
      level: 'high',
      timespan_seconds: 600,
      by: {},
      value: 38,
      threshold: 40,
      spread: 2,
      spread_threshold: 2,
      holds: false,
      missing: 2,
      missing_spread: 0,
      expiring: [{ time: '2026-01-05T09:06:00.000Z', value: 31 }],
    },
  ],
};

/** What a rule saw of the invented patients: an access each, one a second, of the clinics that are asked for. */
export class FakeWindows implements Pick<RuleWindows, 'figures' | 'page'> {
  constructor(private readonly patients: FakePatients) {}

  async figures({ clinics, fromMs }: RuleWindow): Promise<WindowFigures> {
    const all = this.#of(clinics, fromMs);
    const distinct = (of: (one: ShownAccess) => string) => new Set(all.map(of)).size;
    return {
      accesses: all.length,
      events: all.length,
      patients: distinct((one) => one.patient_id),
      clinics: distinct((one) => one.clinic_id),
      addresses: 1,
      sessions: 1,
      actions: { read: all.length },
      sql: `SELECT * FROM vigie.accesses WHERE clinic_id IN ('${clinics.join("', '")}')`,
    };
  }

  async page({ clinics, fromMs }: RuleWindow, { timeMs }: AccessPlace, limit: number): Promise<readonly ShownAccess[]> {
    return this.#of(clinics, fromMs)
      .filter(({ time }) => Date.parse(time) > timeMs)
      .slice(0, limit);
  }

  #of(clinics: readonly string[], fromMs: number): readonly ShownAccess[] {
    const seen = this.patients.lines.filter(({ clinic_id }) => clinics.length === 0 || clinics.includes(clinic_id));
    return seen.map(({ patient_id, clinic_id }, place) => ({
      time: isoOf(fromMs + (place + 1) * 1_000),
      actor_id: 'dr.martin',
      clinic_id,
      action: 'read',
      patient_id,
      event_id: hex128Of(`event ${place}`),
      source_ip: '198.51.100.7',
      application: 'records',
      session_id: 's-1',
    }));
  }
}

/** Ninety days of an account that works at one clinic by day, and today at another by night; of whoever asks for others, nothing. */
export class FakeRecord implements Pick<AccountRecord, 'days' | 'hours' | 'values'> {
  async days({ firstDay, clinics }: AccountStretch) {
    if (!isShown(clinics)) return [];
    return Array.from({ length: 90 }, (_, place) => ({
      day: isoOf(Date.parse(firstDay) + place * 86_400_000).slice(0, 10),
      events: 40,
      patients: place === 89 ? 640 : 12 + ((place * 7) % 23),
      clinics: place === 89 ? 2 : 1,
    })).filter((_, place) => place === 89 || place % 7 < 5);
  }

  async hours({ lastDay, firstDay, clinics }: AccountStretch) {
    if (!isShown(clinics)) return [];
    const usual = [8, 9, 10, 14, 15].map((hour) => ({ day: firstDay, hour, events: 8, patients: 6 + (hour % 4) }));
    return [
      ...usual,
      { day: lastDay, hour: 3, events: 500, patients: 480 },
      { day: lastDay, hour: 4, events: 200, patients: 160 },
    ];
  }

  async values({ lastDay, firstDay, clinics }: AccountStretch) {
    if (!isShown(clinics)) return [];
    const of = (kind: AccountValue['kind'], value: string, events_before: number, events_last_day: number) => ({
      kind,
      value,
      events_before,
      events_last_day,
      first_time: `${events_before > 0 ? firstDay : lastDay}T08:00:00.000Z`,
      last_time: `${lastDay}T03:00:00.000Z`,
    });
    return [
      of('address', '198.51.100.7', 0, 700),
      of('address', '10.1.4.22', 2_400, 0),
      of('clinic', '750300123', 2_300, 300),
      of('clinic', '750300124', 0, 400),
      of('application', 'records', 2_400, 700),
    ];
  }
}

function isShown(clinics: readonly string[]): boolean {
  return clinics.length === 0 || clinics.includes('750300123');
}

/** What is new of an account: an address, a clinic and two hours. */
export class FakeReader implements Pick<AssistantReader, 'context' | 'closed' | 'peers'> {
  async context({ clinics }: AccountQuery): Promise<IncidentContext> {
    const seen = clinics === undefined || clinics.includes('750300123');
    const none = {
      devices: [],
      devices_before: [],
      user_agents: [],
      user_agents_before: [],
      applications: ['records'],
      applications_before: ['records'],
    };
    const events: Pick<IncidentContext, 'events' | 'events_before' | 'hours' | 'hours_before'> = seen
      ? { events: 700, events_before: 2_400, hours: { 3: 500, 4: 200 }, hours_before: { 8: 1_200, 9: 1_200 } }
      : { events: 0, events_before: 0, hours: {}, hours_before: {} };
    return {
      ...none,
      ...events,
      actions: { read: 700 },
      patients_named: 640,
      with_mfa: 0,
      without_mfa: 0,
      failures: 0,
      exports: 0,
      sessions: 1,
      clinics: seen ? ['750300123', '750300124'] : [],
      clinics_before: seen ? ['750300123'] : [],
      addresses: seen ? ['198.51.100.7'] : [],
      addresses_before: [],
    };
  }

  async closed(_group: string, clinics: readonly string[]): Promise<readonly string[]> {
    return clinics.filter((one) => one === '750300123');
  }

  async peers({ clinics }: AccountQuery): Promise<AccountPeers | undefined> {
    if (clinics !== undefined) return undefined;
    return {
      role: 'physician',
      accounts: 61,
      patients: 2_100,
      patients_rank: 1,
      patients_quantiles: [320, 700, 1_100],
      fullest: 640,
      fullest_rank: 1,
      fullest_quantiles: [24, 40, 61],
    };
  }
}

/** What people found of two rules, by the ids of the default pack. */
export const verdictsFound: Verdicts = {
  since: '2026-09-07',
  rules: [
    {
      rule_id: '5b0f6f0e-1c1e-4f0e-9d0a-2d6a3f6f7a10',
      title: 'Many patients in several clinics within ten minutes',
      cases: 14,
      true_positive: 3,
      authorised: 4,
      false_positive: 6,
      open: 1,
      patients_at_firing: 41.5,
      last_verdict: 'false_positive',
      last_judged_at: '2026-11-20T08:00:00.000Z',
    },
    {
      rule_id: '8f7c2a54-3f4b-4a0e-8f57-0f6d5b1e9c22',
      title: 'Many patients in several clinics within one hour',
      cases: 2,
      true_positive: 2,
      authorised: 0,
      false_positive: 0,
      open: 0,
      patients_at_firing: 120,
      last_verdict: 'true_positive',
      last_judged_at: '2026-11-22T08:00:00.000Z',
    },
  ],
  weeks: [
    ['2026-11-09', 'false_positive', 4],
    ['2026-11-09', 'authorised', 2],
    ['2026-11-16', 'false_positive', 2],
    ['2026-11-16', 'true_positive', 3],
    ['2026-11-23', '', 1],
  ].map(([week, verdict, cases]) => ({
    rule_id: '5b0f6f0e-1c1e-4f0e-9d0a-2d6a3f6f7a10',
    week: String(week),
    verdict: String(verdict),
    cases: Number(cases),
  })),
};

/** Runs nothing: keeps what it was asked for, until a test says what was found. */
export class FakeRun {
  readonly asked: Parameters<RunBacktest>[0][] = [];
  #found: (report: BacktestReport) => void = () => {};
  #failed: (cause: Error) => void = () => {};

  readonly run: RunBacktest = (order) => {
    this.asked.push(order);
    return new Promise((resolve, reject) => {
      this.#found = resolve;
      this.#failed = reject;
    });
  };

  end(report: BacktestReport): void {
    this.#found(report);
  }

  fail(why: string): void {
    this.#failed(new Error(why));
  }
}

/** Two hundred and fifty looks, one a minute, of several people at two cases. */
export class FakeLooks implements Pick<AuditLooks, 'page' | 'providerLogouts'> {
  readonly providerLogouts = async (): Promise<[]> => [];

  async page(
    { fromMs, toMs, by, caseId, kind }: LooksWanted,
    before: LookPlace | undefined,
    limit: number,
  ): Promise<readonly AuditLook[]> {
    const routes = ['/v1/cases/:id', '/v1/cases/:id/patients', '/v1/login', '/v1/cases/:id/actions', '/v1/cases'];
    const all = Array.from({ length: 250 }, (_, place): AuditLook => {
      const route = routes[place % routes.length] ?? '';
      const isRefused = place % 40 === 7;
      return {
        audit_id: hex128Of(`look ${place}`),
        at: isoOf(toMs - (place + 1) * 60_000),
        by: isRefused ? '' : (['a.durand', 'b.leroy', 'dpo', 'elsewhere'][place % 4] ?? ''),
        via: 'console',
        method: route.endsWith('actions') || route.endsWith('login') ? 'POST' : 'GET',
        route,
        case_id: route.includes(':id') ? hex128Of(`case ${place % 2}`) : '',
        rows: route.endsWith('patients') ? 100 : 1,
        status: isRefused ? 401 : 200,
        remote_address: '10.0.0.7',
      };
    });
    const isWanted = (one: AuditLook) =>
      Date.parse(one.at) >= fromMs &&
      (by === '' || one.by === by) &&
      (caseId === '' || one.case_id === caseId) &&
      (kind !== 'refused' || one.status === 401) &&
      (kind !== 'lists' || one.route.endsWith('patients')) &&
      (kind !== 'changes' || one.route.endsWith('actions'));
    return all.filter((one) => isWanted(one) && (before === undefined || Date.parse(one.at) < before.timeMs)).slice(0, limit);
  }
}

/** Books of two sources on three days, one of which does not balance; receivers of which one refuses; an exception that hid something; a sample that was compared. */
export class FakeDesk implements Pick<DeskRecords, 'books' | 'channels' | 'keptQuiet' | 'leaks' | 'findings'> {
  /** The days as a test wants them, the newest first. */
  days: readonly BookDay[] = ['2026-11-29', '2026-11-28', '2026-11-27'].flatMap((day, place) => [
    {
      group_id: 'aleo',
      source: 'ndb-dpi',
      day,
      received: 12_000 + (place === 0 ? 3 : 0),
      refused: 4,
      events: 11_990,
      rows: 12_400,
      quarantined: 6,
    },
    { group_id: 'aleo', source: 'aleo-dpi', day, received: 800, refused: 0, events: 798, rows: 798, quarantined: 2 },
  ]);
  attempts: readonly ChannelAttempts[] = [
    {
      endpoint: 'soc-mail',
      delivered: 41,
      failed: 0,
      refused: 0,
      expired: 0,
      muted: 2,
      superseded: 3,
      attempts: 44,
      newest_outcome: 'delivered',
      newest_reason: '',
      newest_at: '2026-11-29T08:00:00.000Z',
      delay_seconds: 0.3,
    },
    {
      endpoint: 'teams',
      delivered: 12,
      failed: 0,
      refused: 4,
      expired: 1,
      muted: 0,
      superseded: 0,
      attempts: 61,
      newest_outcome: 'refused',
      newest_reason: 'status 403',
      newest_at: '2026-11-29T08:01:00.000Z',
      delay_seconds: 1.2,
    },
  ];
  hidden: readonly KeptQuiet[] = [];
  past: readonly PastLeak[] = [
    {
      leak_id: hex128Of('leak'),
      group_id: 'aleo',
      title: 'found on a forum',
      period_from: '2026-09-01T00:00:00.000Z',
      period_to: '2026-11-29T00:00:00.000Z',
      given: 50,
      known: 50,
      touched: 48,
      accounts: 61,
      verdict: 'named',
      unexplained: 0.04,
      control_samples: 200,
      control_named: 0,
      asked_by: 'dpo',
      asked_at: '2026-11-29T09:00:00.000Z',
      best_actor: 'dr.martin',
      best_matched: 46,
    },
  ];
  found: readonly PastFinding[] = [
    {
      rank: 1,
      actor_id: 'dr.martin',
      kind: 'period',
      ref: '',
      first_time: '2026-11-20T09:00:00.000Z',
      last_time: '2026-11-20T09:10:00.000Z',
      matched: 46,
      size: 2_400,
      share: 0.96,
      support: 'extremely strong',
      alike: [],
    },
  ];

  readonly books = async () => this.days;
  readonly channels = async () => this.attempts;
  readonly keptQuiet = async () => this.hidden;
  readonly findings = async () => this.found;

  async leaks(leakId = '') {
    return this.past.filter((one) => leakId === '' || one.leak_id === leakId);
  }
}
