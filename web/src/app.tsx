import { Activity, lazy, Suspense, useState } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import type { Me } from './api/answers.js';
import { type Looker, useLooker } from './api/looker.js';
import { Shell } from './parts/shell.js';
import { CasesPage } from './pages/cases/cases-page.js';
import { useTexts } from './texts/context.js';
import { Block } from './parts/block.js';
import { Unbroken } from './parts/unbroken.js';

const LoginPage = lazy(() => import('./pages/login/login-page.js').then(({ LoginPage: page }) => ({ default: page })));
const SetupPage = lazy(() => import('./pages/login/setup-page.js').then(({ SetupPage: page }) => ({ default: page })));
const CasePage = lazy(() => import('./pages/case/case-page.js').then(({ CasePage: page }) => ({ default: page })));
const AccountPage = lazy(() => import('./pages/accounts/account-page.js').then(({ AccountPage: page }) => ({ default: page })));
const FeedsPage = lazy(() => import('./pages/feeds/feeds-page.js').then(({ FeedsPage: page }) => ({ default: page })));
const RulesPage = lazy(() => import('./pages/rules/rules-page.js').then(({ RulesPage: page }) => ({ default: page })));
const RulePage = lazy(() => import('./pages/rules/rule-page.js').then(({ RulePage: page }) => ({ default: page })));
const RunbookPage = lazy(() => import('./pages/runbooks/runbook-page.js').then(({ RunbookPage: page }) => ({ default: page })));
const RuleRunbookPage = lazy(() =>
  import('./pages/runbooks/runbook-page.js').then(({ RuleRunbookPage: page }) => ({ default: page })),
);
const BacktestPage = lazy(() => import('./pages/rules/backtest-page.js').then(({ BacktestPage: page }) => ({ default: page })));
const MutesPage = lazy(() => import('./pages/mutes/mutes-page.js').then(({ MutesPage: page }) => ({ default: page })));
const LeaksPage = lazy(() => import('./pages/leaks/leaks-page.js').then(({ LeaksPage: page }) => ({ default: page })));
const OnCallPage = lazy(() => import('./pages/oncall/oncall-page.js').then(({ OnCallPage: page }) => ({ default: page })));
const AuditPage = lazy(() => import('./pages/audit/audit-page.js').then(({ AuditPage: page }) => ({ default: page })));
const BooksPage = lazy(() => import('./pages/books/books-page.js').then(({ BooksPage: page }) => ({ default: page })));
const ExceptionsPage = lazy(() =>
  import('./pages/exceptions/exceptions-page.js').then(({ ExceptionsPage: page }) => ({ default: page })),
);
const PastLeakPage = lazy(() => import('./pages/leaks/past-leaks.js').then(({ PastLeakPage: page }) => ({ default: page })));
const PrintPage = lazy(() => import('./pages/print/print-page.js').then(({ PrintPage: page }) => ({ default: page })));
const MePage = lazy(() => import('./pages/me/me-page.js').then(({ MePage: page }) => ({ default: page })));

/** What stands behind the `#` of a link by which somebody chooses a password and a code. */
const setupShape = /^#setup=([\w-]+)$/;

/** Whoever is nobody yet sees the login, on the address that they wanted to see. */
export function App() {
  const looker = useLooker();
  const [at] = useLocation();
  const [setup, setSetup] = useState(() => setupShape.exec(location.hash)?.[1]);
  // Why the identity provider's answer let nobody in, as the console says it with the page.
  const [refused] = useState(() => document.querySelector<HTMLElement>('#root')?.dataset['refused']);
  if (setup !== undefined || refused !== undefined)
    return (
      <Unbroken at={at}>
        <Suspense fallback={null}>
          {setup === undefined ? <LoginPage refused={refused} /> : <SetupPage link={setup} onDone={() => setSetup(undefined)} />}
        </Suspense>
      </Unbroken>
    );
  return <Block answer={looker}>{(one) => <Here looker={one} at={at} />}</Block>;
}

/**
 * The page of whoever looks, and the login for nobody. Where a session has ended, the page is put aside as it is, with what was typed, and asks nothing;
 * it is there again for who left it, and for nobody else.
 */
function Here({ looker: { user, hasLeft }, at }: { readonly looker: Looker; readonly at: string }) {
  const [last, setLast] = useState(user);
  if (hasLeft === true ? last !== null : user !== null && user !== last) setLast(user);
  return (
    <>
      {last !== null && (
        <Activity key={last.id} mode={user === null ? 'hidden' : 'visible'}>
          <Shell me={last}>
            <Unbroken at={at}>
              <Pages user={last} />
            </Unbroken>
          </Shell>
        </Activity>
      )}
      {user === null && (
        <Unbroken at={at}>
          <Suspense fallback={null}>
            <LoginPage isOver={last !== null} />
          </Suspense>
        </Unbroken>
      )}
    </>
  );
}

function Pages({ user }: { readonly user: Me }) {
  return (
    <Suspense fallback={null}>
      <Switch>
        <Route path="/" component={CasesPage} />
        <Route path="/cases">
          <Redirect to="/" replace />
        </Route>
        <Route path="/login">
          <Redirect to="/" replace />
        </Route>
        <Route path="/cases/:id/:part?">{({ id, part }) => <CasePage key={id} id={id} part={part ?? ''} me={user} />}</Route>
        <Route path="/accounts/:group/:actor">
          {({ group, actor }) => <AccountPage group={group} actor={actor} me={user} />}
        </Route>
        <Route path="/feeds" component={FeedsPage} />
        <Route path="/books" component={BooksPage} />
        <Route path="/exceptions" component={ExceptionsPage} />
        <Route path="/print/cases/:id">{({ id }) => <PrintPage key={id} id={id} me={user} />}</Route>
        <Route path="/rules">
          <RulesPage mayTry={mayTry(user)} />
        </Route>
        <Route path="/rules/:id">{({ id }) => <RulePage key={id} id={id} mayTry={mayTry(user)} />}</Route>
        <Route path="/rules/:id/runbook">{({ id }) => <RuleRunbookPage id={id} />}</Route>
        <Route path="/runbooks/:name">{({ name }) => <RunbookPage name={name} />}</Route>
        <Route path="/backtests/:id">{({ id }) => <BacktestPage key={id} id={id} />}</Route>
        <Route path="/mutes">
          <MutesPage me={user} />
        </Route>
        <Route path="/leaks">
          <LeaksPage me={user} />
        </Route>
        <Route path="/leaks/:id">{({ id }) => <PastLeakPage key={id} id={id} />}</Route>
        <Route path="/oncall" component={OnCallPage} />
        <Route path="/audit" component={AuditPage} />
        <Route path="/me">
          <MePage me={user} />
        </Route>
        <Route component={Missing} />
      </Switch>
    </Suspense>
  );
}

/** Backtests judge the accesses of all clinics. */
function mayTry({ roles, clinics }: Me): boolean {
  return clinics === null && (roles.includes('analyst') || roles.includes('dpo'));
}

function Missing() {
  const { t } = useTexts();
  return (
    <>
      <h1>{t.shell.notFound}</h1>
      <p>
        <a href="/">{t.shell.backToCases}</a>
      </p>
    </>
  );
}
