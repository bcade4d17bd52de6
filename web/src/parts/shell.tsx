import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import type { Me } from '../api/answers.js';
import { post } from '../api/client.js';
import { leave } from '../api/looker.js';
import { type Line, useStream } from '../live/stream.js';
import { locales, useTexts } from '../texts/context.js';
import { MissingParts } from './missing-parts.js';
import { useShortcuts } from './shortcuts.js';

/** Beside the cases, in the order in which they are looked for. */
const pages = ['rules', 'feeds', 'books', 'mutes', 'leaks', 'oncall', 'audit'] as const;

/** What is around every page: where one is, who one is, and whether what changes arrives. */
export function Shell({ me, children }: { readonly me: Me; readonly children: ReactNode }) {
  const { t } = useTexts();
  const [path, go] = useLocation();
  const keys = useRef<HTMLDialogElement>(null);
  const line = useStream(true);
  useShortcuts({
    'g c': () => go('/'),
    'g f': () => go('/feeds'),
    'g b': () => go('/books'),
    'g r': () => go('/rules'),
    'g m': () => go('/mutes'),
    'g l': () => go('/leaks'),
    'g o': () => go('/oncall'),
    'g a': () => go('/audit'),
    '?': () => keys.current?.showModal(),
  });
  // A page that is put aside must not stand before the login.
  useEffect(() => {
    const dialog = keys.current;
    return () => dialog?.close();
  }, []);
  // What scrolling answers is none of an effect's business: some browsers answer with a promise.
  useEffect(() => void scrollTo(0, 0), [path]);
  return (
    <>
      <a className="skip" href="#content">
        {t.shell.skip}
      </a>
      <header className="head">
        <Link href="/" className="brand">
          <img src="/icon.svg" alt="" width="24" height="24" /> Vigie
        </Link>
        <nav aria-label={t.shell.nav}>
          <NavLink to="/" isHere={path === '/' || path.startsWith('/cases')}>
            {t.shell.cases}
          </NavLink>
          {pages.map((page) => (
            <NavLink
              key={page}
              to={`/${page}`}
              isHere={
                path.startsWith(`/${page}`) ||
                (page === 'rules' && (path.startsWith('/backtests') || path.startsWith('/runbooks'))) ||
                (page === 'mutes' && path.startsWith('/exceptions'))
              }
            >
              {t.shell[page]}
            </NavLink>
          ))}
        </nav>
        <Person me={me} onKeys={() => keys.current?.showModal()} />
      </header>
      {/* One place for all that is missing: it is spoken when it comes. */}
      <div role="status" className="line">
        <LineNotice line={line} />
        <MissingParts />
      </div>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <Keys dialog={keys} />
    </>
  );
}

function NavLink({ to, isHere, children }: { readonly to: string; readonly isHere: boolean; readonly children: ReactNode }) {
  return (
    <Link href={to} aria-current={isHere ? 'page' : undefined}>
      {children}
    </Link>
  );
}

/** Who looks, in which language, and the way out. */
function Person({ me, onKeys }: { readonly me: Me; readonly onKeys: () => void }) {
  const { t, locale, choose } = useTexts();
  const client = useQueryClient();
  const logOut = async () => {
    const left = await post<{ readonly leave_at: string | null }>('/v1/logout', {}).catch(() => undefined);
    leave(client);
    // At the identity provider they would be let in again without being asked. A browser may keep the page as it was left, for whoever goes back to it.
    if (left?.leave_at) location.assign(left.leave_at);
  };
  const other = locales.find((one) => one !== locale) ?? locale;
  return (
    <div className="person">
      <button type="button" className="plain" lang={other} onClick={() => choose({ locale: other })}>
        {other === 'fr' ? 'Français' : 'English'}
      </button>
      <button type="button" className="plain" aria-label={t.shell.help} title={t.shell.help} onClick={onKeys}>
        ?
      </button>
      <Link href="/me" title={t.shell.settings}>
        {t.shell.signedInAs(
          me.id,
          me.roles.map((role) => t.shell.roles[role]),
        )}
      </Link>
      <button type="button" className="plain" onClick={() => void logOut()}>
        {t.shell.logout}
      </button>
    </div>
  );
}

function LineNotice({ line }: { readonly line: Line }) {
  const { t, f } = useTexts();
  return line.state === 'lost' && <p className="notice">{t.shell.lost(f.clock(line.since))}</p>;
}

function Keys({ dialog }: { readonly dialog: React.RefObject<HTMLDialogElement | null> }) {
  const { t } = useTexts();
  return (
    <dialog ref={dialog} aria-labelledby="keys-title">
      <h2 id="keys-title">{t.keys.title}</h2>
      <p>{t.keys.intro}</p>
      <dl className="keys">
        {t.keys.list.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">{t.act.close}</button>
      </form>
    </dialog>
  );
}
