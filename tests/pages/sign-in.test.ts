import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { AccountFile } from '#services/console/accounts/account-file.js';
import { codeFor, secretOf } from '#services/console/accounts/accounts.fixture.js';
import { addAccount } from '#services/console/accounts/keep-accounts.js';
import { auditRowsOf, newLog, tell } from '#services/console/console-log.fixture.js';
import { RunningConsole } from '#services/console/console.fixture.js';
import { pagesForTests } from '#services/console/pages/pages.fixture.js';
import { confirmedMsMax } from '#services/console/session/sealed-session.js';
import { clientId, clientSecret, RunningProvider } from '#services/console/sign-in/provider.fixture.js';
import { installed, looks, openBrowser, openContext, picture, violationsOf } from './browser.js';

const inBrowser = installed.path === undefined ? describe.skip : describe;

/** Tells a page that somebody looks at it again. */
const lookedAt = "document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))";

/** Only so that what hangs ends. */
const testMsMax = 900_000;
const password = 'seven quiet herons';
const id = anIncidentId('stolen');

/** What the browser writes of refusals that the test provokes. */
const expected = /status of (401|403|422|429)/;
const patients = `/cases/${id}/patients`;
const showList = /^(Show the list|Afficher la liste)$/;

async function wideBy(page: Page): Promise<number> {
  return Number(await page.evaluate('Math.max(0, document.documentElement.scrollWidth - innerWidth)'));
}

inBrowser('the pages for coming in', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-pages-sign-in-'));
  let log: MemoryLog;
  let one: RunningConsole;
  let browser: Browser;
  let url: string;
  let port: number;
  let waited = 0;

  beforeAll(async () => {
    pagesForTests();
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(settings: (url: string) => Readonly<Record<string, string>>) {
    waited = 0;
    port = await freePortBase();
    url = `http://127.0.0.1:${port}`;
    log = newLog();
    await tell(log, aChange('stolen', 1, { level: 'critical', changed_at: isoOf(systemClock.now()) }));
    one = await RunningConsole.start(log.connect(), 20_000, new MemoryLists(), settings(url));
    one.patients.invent(3);
    await one.app.listen(port, '127.0.0.1');
  }

  const now = () => systemClock.now() + waited;
  const wait = (ms: number) => {
    waited += ms;
    one.wait(ms);
  };

  it(
    'let somebody choose a password and a code by their link, come back by both, and say it again before a list, with the keyboard alone',
    async () => {
      await start(() => ({ VIGIE_HOST: '0.0.0.0' }));
      const file = new AccountFile(join(one.folder, 'keys', 'console-accounts.db'));
      const found: string[] = [];
      try {
        for (const look of looks) {
          const isFrench = look.locale === 'fr';
          const user = `analyst.${look.locale}`;
          const note = async (page: Page, name: string) => {
            found.push(...(await violationsOf(page)).map((text) => `${name} ${look.locale}: ${text}`));
            if ((await wideBy(page)) > 0) found.push(`${name} ${look.locale}: ${await wideBy(page)} pixels too wide`);
            await picture(page, `${name}-${look.locale}-${look.theme}`);
          };
          const link = addAccount(file, { id: user, roles: ['analyst'], clinics: undefined }, now());
          const { context, complaints, foreign } = await openContext(browser, url, look);
          const page = await context.newPage();
          await page.goto(`/login#setup=${link}`);
          await page.getByRole('heading', { level: 1, name: user }).waitFor();
          // The link stands in the address no more, and in no history.
          expect(page.url()).toBe(`${url}/login`);
          const secret = secretOf((await page.locator('.key').innerText()).replaceAll(' ', ''));
          await page.getByLabel(isFrench ? 'Nouveau mot de passe' : 'New password', { exact: true }).fill('password1234');
          await page.getByLabel(isFrench ? 'Les six chiffres' : 'The six digits').fill(codeFor(secret, now()));
          await page.keyboard.press('Enter');
          await page
            .getByRole('alert')
            .filter({ hasText: isFrench ? 'trop facilement' : 'too easily' })
            .waitFor();
          await note(page, 'setup');
          await page.getByLabel(isFrench ? 'Nouveau mot de passe' : 'New password', { exact: true }).fill(password);
          await page.keyboard.press('Enter');
          await page
            .getByRole('heading', { level: 1, name: isFrench ? 'Gardez ces codes de secours' : 'Keep these recovery codes' })
            .waitFor();
          expect(await page.getByRole('listitem').count()).toBe(10);
          await note(page, 'recovery');
          await page.getByRole('button', { name: isFrench ? 'Je les ai gardés' : 'I have kept them' }).press('Enter');
          await page.getByRole('navigation').first().waitFor();
          await page.getByRole('button', { name: isFrench ? 'Se déconnecter' : 'Log out' }).press('Enter');

          await page.getByLabel(isFrench ? 'Nom' : 'Name', { exact: true }).fill(user);
          await page.getByLabel(isFrench ? 'Mot de passe' : 'Password', { exact: true }).fill(password);
          await page.getByLabel(isFrench ? 'Code du téléphone' : 'Code of your phone').fill('000000');
          await page.keyboard.press('Enter');
          await page
            .getByRole('alert')
            .filter({ hasText: isFrench ? 'Personne n’est reconnu' : 'Nobody is let in' })
            .waitFor();
          await note(page, 'login');
          wait(30_000);
          await page.getByLabel(isFrench ? 'Code du téléphone' : 'Code of your phone').fill(codeFor(secret, now()));
          await page.keyboard.press('Enter');
          await page.getByRole('navigation').first().waitFor();

          wait(confirmedMsMax);
          await page.goto(patients);
          await page.getByRole('button', { name: showList }).press('Enter');
          const code = page.getByLabel(
            isFrench ? 'Code du téléphone, ou code de secours' : 'Code of your phone, or a recovery code',
          );
          await code.fill('000000');
          await page.keyboard.press('Enter');
          await page
            .getByRole('alert')
            .filter({ hasText: isFrench ? 'Ce code n’est pas' : 'This is not a code' })
            .waitFor();
          await note(page, 'confirm-code');
          await code.fill(codeFor(secret, now()));
          await page.keyboard.press('Enter');
          await page.getByRole('cell', { name: '750300123' }).first().waitFor();
          await page.goto('/me');
          await page
            .getByRole('button', { name: isFrench ? 'De nouveaux codes de secours' : 'New recovery codes' })
            .press('Enter');
          await page.getByRole('list', { name: isFrench ? 'Codes de secours' : 'Recovery codes' }).waitFor();
          expect(
            await page
              .getByRole('list', { name: isFrench ? 'Codes de secours' : 'Recovery codes' })
              .getByRole('listitem')
              .count(),
          ).toBe(10);
          await note(page, 'me-account');
          await page
            .getByRole('button', { name: isFrench ? 'Terminer toutes mes sessions' : 'End all of my sessions' })
            .press('Enter');
          await page.getByLabel(isFrench ? 'Nom' : 'Name', { exact: true }).waitFor();
          // A link that was used says so.
          await page.goto(`/login#setup=${link}`);
          await page
            .getByRole('heading', { level: 1, name: isFrench ? 'Ce lien ne sert plus' : 'This link works no more' })
            .waitFor();
          await note(page, 'setup-over');
          expect([complaints.filter((text) => !expected.test(text)), foreign]).toEqual([[], []]);
          await context.close();
        }
        expect(found).toEqual([]);
        expect(auditRowsOf(log)).toEqual(
          expect.arrayContaining(
            ['/v1/setup', '/v1/login', '/v1/confirm'].map((route) =>
              expect.objectContaining({ by: 'analyst.fr', route, status: 200, via: 'console' }),
            ),
          ),
        );
      } finally {
        await one.stop();
      }
    },
    testMsMax,
  );

  it(
    'lead to the identity provider and back, say on a page why somebody is not let in, and log out there too',
    async () => {
      writeFileSync(join(folder, 'roles.yml'), "roles:\n  - { group: soc, roles: [analyst], clinics: ['*'] }\n");
      let provider: RunningProvider | undefined;
      await start((at) => {
        provider = new RunningProvider({ port: port + 1, consoleUrl: at });
        return {
          VIGIE_CONSOLE_URL: at,
          VIGIE_OIDC_ISSUER: provider.issuer,
          VIGIE_OIDC_CLIENT_ID: clientId,
          VIGIE_OIDC_CLIENT_SECRET: clientSecret,
          VIGIE_OIDC_SCOPES: 'openid groups',
          VIGIE_ROLES_FILE: join(folder, 'roles.yml'),
        };
      });
      if (!provider) throw new Error('no provider');
      await provider.start();
      const found: string[] = [];
      try {
        for (const look of looks) {
          const isFrench = look.locale === 'fr';
          const { context, complaints } = await openContext(browser, url, look);
          const page = await context.newPage();
          provider.person = { id: 'c.petit', claims: { groups: ['canteen'] } };
          const button = page.getByRole('link', {
            name: isFrench ? 'Se connecter par le compte de l’établissement' : 'Log in with the account of your hospital',
          });
          await page.goto(patients);
          await button.press('Enter');
          await page
            .getByRole('alert')
            .filter({ hasText: isFrench ? 'aucun de vos groupes' : 'none of your groups' })
            .waitFor();
          expect(page.url()).toBe(`${url}/login`);
          found.push(...(await violationsOf(page)).map((text) => `refused ${look.locale}: ${text}`));
          if ((await wideBy(page)) > 0) found.push(`refused ${look.locale}: too wide`);
          await picture(page, `refused-${look.locale}-${look.theme}`);
          // Somebody else at the same browser.
          await context.clearCookies();
          provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
          await page.goto(patients);
          await button.press('Enter');
          await page.getByRole('button', { name: showList }).press('Enter');
          expect(page.url()).toBe(`${url}${patients}`);
          await page
            .getByRole('link', { name: isFrench ? 'Le redire au fournisseur d’identité' : 'Say it to the identity provider' })
            .waitFor();
          found.push(...(await violationsOf(page)).map((text) => `confirm by provider ${look.locale}: ${text}`));
          await picture(page, `confirm-oidc-${look.locale}-${look.theme}`);
          await page
            .getByRole('link', { name: isFrench ? 'Le redire au fournisseur d’identité' : 'Say it to the identity provider' })
            .press('Enter');
          await page.waitForURL(`${url}${patients}`);
          await page.getByRole('button', { name: showList }).press('Enter');
          await page.getByRole('cell', { name: '750300123' }).first().waitFor();
          expect(complaints.filter((text) => !expected.test(text))).toEqual([]);
          // A session that ends leaves the page as it is: one logs in beside it, and comes back.
          await context.clearCookies();
          await page.evaluate(lookedAt);
          await page.getByText(isFrench ? 'Votre session a pris fin.' : 'Your session has ended.').waitFor();
          found.push(...(await violationsOf(page)).map((text) => `over ${look.locale}: ${text}`));
          const beside = context.waitForEvent('page');
          await button.press('Enter');
          const other = await beside;
          await other.getByRole('heading', { level: 1, name: /dr\.martin/ }).waitFor();
          await other.close();
          await page.evaluate(lookedAt);
          await page.getByRole('cell', { name: '750300123' }).first().waitFor();
          // What a browser would show again to who goes back is the page as it was left: nobody's.
          await page.evaluate(
            "addEventListener('pagehide', () => localStorage.setItem('left', document.querySelectorAll('td').length + ' cells'))",
          );
          await page.getByRole('button', { name: isFrench ? 'Se déconnecter' : 'Log out' }).press('Enter');
          await page.waitForURL((at) => at.origin === new URL(provider?.issuer ?? '').origin);
          await page.goto(`${url}/login`);
          expect(await page.evaluate("localStorage.getItem('left')")).toBe('0 cells');
          await context.close();
        }
        expect(found).toEqual([]);
        expect(auditRowsOf(log)).toEqual(
          expect.arrayContaining([
            expect.objectContaining({ by: '', route: '/auth/callback', status: 403 }),
            expect.objectContaining({ by: 'a.durand', route: '/auth/callback', status: 303 }),
            expect.objectContaining({ by: 'a.durand', route: '/auth/oidc/confirm', status: 302 }),
          ]),
        );
      } finally {
        await one.stop();
        await provider.stop();
      }
    },
    testMsMax,
  );
});
