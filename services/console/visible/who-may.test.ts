import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { aDossierInput } from '#libs/dossier/dossier.fixture.js';
import { systemClock } from '#libs/runtime/clock.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { newLog, tell } from '../console-log.fixture.js';
import { RunningConsole, testUsers } from '../console.fixture.js';
import { pagePaths } from '../pages/built-pages.js';
import { confirmedMsMax } from '../session/sealed-session.js';
import type { Role } from '../users/users.js';

/** `anybody`: without a login. `assistants`: by tokens of their own, which have a test of their own. */
interface Rule {
  readonly may: readonly Role[] | 'anybody' | 'assistants';
  /** Only who sees all clinics. */
  readonly ofAllClinics?: true;
  /** Of one case, snapshot or mute: to people of other clinics it is none. */
  readonly ofOne?: true;
  /** Holds pseudonyms, so that a session must have just proved who it is of. */
  readonly isList?: true;
}

const all: readonly Role[] = ['reader', 'analyst', 'dpo', 'operator'];
const investigators: readonly Role[] = ['analyst', 'dpo'];
const officers: readonly Role[] = ['dpo'];

/** What docs/cases.md and docs/console.md say of who may what. */
const table: Readonly<Record<string, Rule>> = {
  'GET /health/live': { may: 'anybody' },
  'GET /health/ready': { may: 'anybody' },
  'GET /metrics': { may: 'anybody' },
  'GET /v1/me': { may: 'anybody' },
  'POST /v1/login': { may: 'anybody' },
  'POST /v1/confirm': { may: 'anybody' },
  'POST /v1/logout': { may: 'anybody' },
  'POST /v1/setup': { may: 'anybody' },
  // By the session of an account: a token is refused whoever bears it.
  'POST /v1/account/end-sessions': { may: [] },
  'POST /v1/account/recovery-codes': { may: [] },
  'GET /auth/oidc': { may: 'anybody' },
  'GET /auth/oidc/confirm': { may: 'anybody' },
  'GET /auth/callback': { may: 'anybody' },
  'POST /auth/backchannel-logout': { may: 'anybody' },
  'GET /v1/cases': { may: all },
  'GET /v1/cases/:id': { may: all, ofOne: true },
  'GET /v1/cases/:id/timeline': { may: all, ofOne: true },
  'GET /v1/cases/:id/notifications': { may: all, ofOne: true },
  'POST /v1/cases/:id/actions': { may: investigators, ofOne: true },
  'GET /v1/cases/:id/shape': { may: all, ofOne: true },
  'GET /v1/cases/:id/clinics': { may: all, ofOne: true },
  'GET /v1/cases/:id/why': { may: investigators, ofOne: true },
  'GET /v1/cases/:id/accesses': { may: investigators, ofOne: true, isList: true },
  'GET /v1/cases/:id/patients': { may: investigators, ofOne: true, isList: true },
  'GET /v1/cases/:id/patients.csv': { may: officers, ofOne: true, isList: true },
  'GET /v1/cases/:id/snapshots': { may: officers, ofAllClinics: true, ofOne: true },
  'GET /v1/cases/:id/dossier/:controller': { may: officers, ofAllClinics: true, ofOne: true },
  'PATCH /v1/cases/:id/dossier/:controller': { may: officers, ofAllClinics: true, ofOne: true },
  'POST /v1/cases/:id/dossier/:controller/freeze': { may: officers, ofAllClinics: true, ofOne: true, isList: true },
  'GET /v1/dossier-labels': { may: all },
  'GET /v1/snapshots/:id/verification': { may: officers, ofAllClinics: true, ofOne: true },
  'GET /v1/snapshots/:id/difference/:to': { may: officers, ofAllClinics: true, ofOne: true },
  'GET /v1/snapshots/:id/files/:name': { may: officers, ofAllClinics: true, ofOne: true, isList: true },
  'GET /v1/summary': { may: all },
  'GET /v1/feeds': { may: all },
  'GET /v1/parts': { may: all },
  'GET /v1/stream': { may: all },
  'GET /v1/mutes': { may: all },
  'POST /v1/mutes': { may: ['analyst', 'dpo', 'operator'] },
  'DELETE /v1/mutes/:id': { may: ['analyst', 'dpo', 'operator'], ofOne: true },
  'GET /v1/oncall': { may: all },
  'POST /v1/leaks': { may: officers, ofAllClinics: true },
  'GET /v1/leaks': { may: officers, ofAllClinics: true },
  'GET /v1/leaks/:id': { may: officers, ofAllClinics: true },
  'GET /v1/books': { may: all },
  'GET /v1/channels': { may: all },
  'GET /v1/exceptions': { may: all },
  'GET /v1/audit/looks.csv': { may: all },
  'GET /v1/accounts/:group/:actor': { may: investigators },
  'GET /v1/rules': { may: all },
  'GET /v1/rules/:id': { may: all },
  'GET /v1/rules/:id/runbook': { may: all },
  'GET /v1/runbooks/:name': { may: all },
  'POST /v1/backtests': { may: investigators, ofAllClinics: true },
  'GET /v1/backtests': { may: investigators, ofAllClinics: true },
  'GET /v1/backtests/:id': { may: investigators, ofAllClinics: true },
  'GET /v1/audit': { may: all },
};

/** Pages and their files hold nothing. */
const pages = new RegExp(`^GET /(icon\\.svg|assets/:name|(${pagePaths.filter(Boolean).join('|')})(/\\*)?)?$`);
const id = anIncidentId('a');
const unsafe = /^(POST|PATCH|DELETE|PUT) /;

const ruleOf = (route: string): Rule | undefined => (route.endsWith(' /mcp') ? { may: 'assistants' } : table[route]);
const mayBe = ({ may, ofAllClinics, ofOne }: Rule, { roles, clinics }: (typeof testUsers)[number]): boolean =>
  may === 'anybody' ||
  may === 'assistants' ||
  (may.some((role) => roles.includes(role)) && (clinics === undefined || !(ofAllClinics || ofOne)));

describe('who may what', () => {
  let one: RunningConsole;
  let routes: readonly string[];
  beforeAll(async () => {
    const log = newLog();
    await tell(log, aChange('a', 1, { actor_id: 'dr.secret', changed_at: new Date(systemClock.now()).toISOString() }));
    one = await RunningConsole.start(log.connect(), 20_000);
    one.patients.invent(12);
    one.shelf.made = aDossierInput();
    routes = [...new Set(one.routes)].filter((route) => !/^(HEAD|OPTIONS) /.test(route) && !pages.test(route));
  });
  afterAll(() => one.stop());

  async function ask(route: string, headers: Readonly<Record<string, string>>, body: object = bodyOf(route)) {
    const [method = '', path = ''] = route.split(' ');
    const url = path
      .replace(':id', id)
      .replace(':controller', '750300123')
      .replace(':group', 'helix')
      .replace(':actor', 'dr.secret')
      .replace(':name', 'patients.csv')
      .replace(':to', 'ab'.repeat(16));
    // A stream that is given never ends: what it begins with is enough.
    const given = route === 'GET /v1/stream' ? { payloadAsStream: true as const } : {};
    const query = path.endsWith('/accesses') ? `?incident=${id}&rule=mass-access-10m` : '';
    return one.app.inject({
      method: method as 'GET',
      url: `${url}${query}`,
      headers: { 'idempotency-key': 'k', ...headers },
      ...(unsafe.test(route) && { payload: body }),
      ...given,
    });
  }

  it('is said of every route that the console answers, and of no other', () => {
    const known = routes.filter((route) => ruleOf(route)).filter((route) => !route.endsWith(' /mcp'));
    expect(routes.filter((route) => !ruleOf(route))).toEqual([]);
    expect(Object.keys(table).toSorted()).toEqual(known.toSorted());
    expect(known.length).toBeGreaterThan(40);
  });

  it('holds for each role, with all clinics and with a foreign one, and for nobody', async () => {
    const wrong: string[] = [];
    for (const route of routes) {
      const rule = ruleOf(route) ?? { may: [] };
      const nobody = (await ask(route, {})).statusCode;
      if (Array.isArray(rule.may) ? nobody !== 401 : [401, 403].includes(nobody) && rule.may !== 'anybody')
        wrong.push(`${route}: nobody is answered ${nobody}`);
      for (const user of testUsers) {
        const { statusCode } = await ask(route, { authorization: `Bearer ${user.id}` });
        const isRefused = [401, 403, 404].includes(statusCode);
        // To people of other clinics a case is one that does not exist; so it is with what nobody has.
        const isFine = mayBe(rule, user)
          ? ![401, 403].includes(statusCode)
          : isRefused && (statusCode !== 404 || (rule.ofOne === true && user.clinics !== undefined));
        if (!isFine)
          wrong.push(
            `${route}: ${user.id} (${user.roles.join()}, ${user.clinics?.join() ?? 'all clinics'}) is answered ${statusCode}`,
          );
      }
    }
    expect(wrong).toEqual([]);
  });

  it('holds whatever is sent along', async () => {
    const closed = routes.flatMap((route) =>
      testUsers.filter((user) => !mayBe(ruleOf(route) ?? { may: [] }, user)).map((user) => ({ route, user: user.id })),
    );
    expect(closed.length).toBeGreaterThan(60);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...closed),
        fc.dictionary(
          fc.constantFrom('type', 'group_id', 'clinic_id', 'patients', 'kind', 'fields', 'from', 'to'),
          fc.jsonValue({ maxDepth: 2 }),
        ),
        async ({ route, user }, body) => {
          const { statusCode } = await ask(route, { authorization: `Bearer ${user}` }, body);
          expect([route, user, [401, 403, 404, 422].includes(statusCode)]).toEqual([route, user, true]);
        },
      ),
      { numRuns: casesOf(300, 5_000) },
    );
  });

  it('is asked of a page of ours only, whatever it changes', async () => {
    const cookie = await sessionOf('dpo');
    const own = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
    for (const route of routes.filter((one) => unsafe.test(one) && !one.endsWith(' /mcp')))
      for (const headers of [
        { ...own, 'sec-fetch-site': 'cross-site' },
        { ...own, 'sec-fetch-site': 'same-site' },
        { 'content-type': 'application/json' },
        ...(route.startsWith('DELETE') ? [] : [{ ...own, 'content-type': 'text/plain' }]),
      ]) {
        const answer = await ask(route, { ...headers, cookie });
        expect([route, headers, answer.statusCode, answer.json().error]).toEqual([route, headers, 403, 'not_our_page']);
      }
  });

  it('gives no list to a session whose person has not just said who they are', async () => {
    const cookie = await sessionOf('dpo');
    one.wait(confirmedMsMax);
    const own = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json', cookie };
    const pseudonyms = one.patients.lines.map(({ patient_id }) => patient_id);
    for (const route of routes
      .filter((one) => one.startsWith('GET /v1/') || table[one]?.isList)
      .filter((one) => one !== 'GET /v1/stream')) {
      const answer = await ask(route, own);
      expect([route, pseudonyms.filter((one) => answer.body.includes(one))]).toEqual([route, []]);
      if (table[route]?.isList) expect([route, answer.statusCode, answer.json().error]).toEqual([route, 403, 'confirm_first']);
    }
  });

  async function sessionOf(token: string): Promise<string> {
    const answer = await one.app.inject({
      method: 'POST',
      url: '/v1/login',
      headers: { 'sec-fetch-site': 'same-origin' },
      payload: { token },
    });
    return String(answer.headers['set-cookie']).split(';')[0] ?? '';
  }
});

/** What may be taken, so that nothing but who asks is in its way. */
function bodyOf(route: string): object {
  if (route.endsWith('/actions')) return { type: 'case.noted', text: 'asked the ward' };
  return {};
}
