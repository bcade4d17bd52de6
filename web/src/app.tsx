import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { useMe } from './api/queries.js';
import { Shell } from './parts/shell.js';
import { CasesPage } from './pages/cases/cases-page.js';
import { LoginPage } from './pages/login/login-page.js';
import { useTexts } from './texts/context.js';
import { Block } from './parts/block.js';

const CasePage = lazy(() => import('./pages/case/case-page.js').then(({ CasePage: page }) => ({ default: page })));
const AccountPage = lazy(() => import('./pages/accounts/account-page.js').then(({ AccountPage: page }) => ({ default: page })));
const FeedsPage = lazy(() => import('./pages/feeds/feeds-page.js').then(({ FeedsPage: page }) => ({ default: page })));
const MePage = lazy(() => import('./pages/me/me-page.js').then(({ MePage: page }) => ({ default: page })));

/** Whoever is nobody yet sees the login, on the address that they wanted to see. */
export function App() {
  const me = useMe();
  return (
    <Block answer={me}>
      {(user) =>
        user === null ? (
          <LoginPage />
        ) : (
          <Shell me={user}>
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
                <Route path="/accounts/:group/:actor">{({ group, actor }) => <AccountPage group={group} actor={actor} me={user} />}</Route>
                <Route path="/feeds" component={FeedsPage} />
                <Route path="/me">
                  <MePage me={user} />
                </Route>
                <Route component={Missing} />
              </Switch>
            </Suspense>
          </Shell>
        )
      }
    </Block>
  );
} // prettier-ignore

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
