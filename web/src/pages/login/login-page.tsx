import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { Me } from '../../api/answers.js';
import { get, post, Refusal } from '../../api/client.js';
import { enter as letIn } from '../../api/looker.js';
import { Block, whyOf } from '../../parts/block.js';
import { useTitle } from '../../parts/title.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import { LoginFrame } from './login-frame.js';
import { loginTexts } from './login-texts.js';
import './login.css';

/** What stands behind the `#` of a link that logs in once. */
const linkShape = /^#login=([\w-]+)$/;

type Way = 'link' | 'token' | 'password' | 'oidc';
type Given =
  | { readonly token: string }
  | { readonly link: string }
  | { readonly user: string; readonly password: string; readonly code: string };

/**
 * Lets somebody in, by what this console knows people by, or by the link of the board, and leaves them on the address that they came to. `refused` is
 * why the identity provider's answer let nobody in; `isOver` where a session has ended, and the page behind is kept as it was left.
 */
export function LoginPage({ refused, isOver = false }: { readonly refused?: string | undefined; readonly isOver?: boolean }) {
  const w = useOwnTexts(loginTexts);
  const { enter, error, isByLink } = useLogin();
  const ways = useQuery({
    queryKey: ['ways'],
    queryFn: async ({ signal }) => (await get<{ readonly ways?: readonly Way[] }>('/v1/me', signal)).ways ?? [],
    staleTime: 0,
  });
  useTitle(w.title);
  useEffect(() => {
    // The address holds what was used up.
    if (refused !== undefined) history.replaceState(null, '', '/login');
  }, [refused]);
  const why = refused === undefined ? error : (w.provider[refused as keyof typeof w.provider] ?? w.provider.not_believed);
  return (
    <LoginFrame title={w.title}>
      {isByLink ? (
        <p>{w.byLink}</p>
      ) : (
        <Block answer={ways}>
          {(known) => (
            <>
              <p role="alert" className="wrong">
                {why}
              </p>
              {isOver && <p className="notice">{w.over}</p>}
              {known.includes('oidc') && <ByProvider isOver={isOver} />}
              {known.includes('password') && <ByPassword enter={enter} />}
              {known.includes('token') && !known.includes('password') && <ByToken enter={enter} />}
              {known.includes('token') && known.includes('password') && (
                <details>
                  <summary>{w.byToken}</summary>
                  <ByToken enter={enter} />
                </details>
              )}
              {refused !== undefined && (
                <p>
                  <a href="/">{w.first}</a>
                </p>
              )}
            </>
          )}
        </Block>
      )}
    </LoginFrame>
  );
}

/** The way leads away from the page; where one is kept, it leads there in a tab of its own. */
function ByProvider({ isOver }: { readonly isOver: boolean }) {
  const w = useOwnTexts(loginTexts);
  const to = location.pathname === '/login' ? '/' : `${location.pathname}${location.search}`;
  return (
    <>
      <p>{isOver ? w.oidcOverHint : w.oidcHint}</p>
      <p>
        <a className="button main" {...(isOver && { target: '_blank' })} href={`/auth/oidc?to=${encodeURIComponent(to)}`}>
          {w.oidc}
        </a>
      </p>
    </>
  );
}

interface ByProps {
  readonly enter: (given: Given) => void;
}

function ByPassword({ enter }: ByProps) {
  const w = useOwnTexts(loginTexts);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    enter({ user: textOf(form, 'user'), password: String(form.get('password')), code: textOf(form, 'code') });
  };
  return (
    <form onSubmit={submit}>
      <Labelled id="user" label={w.user}>
        <input id="user" name="user" required autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={200} />
      </Labelled>
      <Labelled id="password" label={w.password}>
        <input id="password" name="password" type="password" required autoComplete="current-password" maxLength={200} />
      </Labelled>
      <Labelled id="code" label={w.code} hint={w.codeHint}>
        <input
          id="code"
          name="code"
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={60}
          aria-describedby="code-hint"
        />
      </Labelled>
      <button type="submit" className="main">
        {w.submit}
      </button>
    </form>
  );
}

function ByToken({ enter }: ByProps) {
  const w = useOwnTexts(loginTexts);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    enter({ token: textOf(new FormData(event.currentTarget), 'token') });
  };
  return (
    <form onSubmit={submit}>
      <Labelled id="token" label={w.token} hint={w.tokenHint}>
        <input id="token" name="token" type="password" required autoComplete="current-password" aria-describedby="token-hint" />
      </Labelled>
      <button type="submit" className="main">
        {w.submit}
      </button>
    </form>
  );
}

function Labelled({
  id,
  label,
  hint,
  children,
}: {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly children: ReactNode;
}) {
  return (
    <>
      <label htmlFor={id}>{label}</label>
      {children}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
    </>
  );
}

function textOf(form: FormData, name: string): string {
  return String(form.get(name) ?? '').trim();
}

function useLogin() {
  const { t } = useTexts();
  const w = useOwnTexts(loginTexts);
  const client = useQueryClient();
  const [error, setError] = useState<string>();
  const [link] = useState(() => linkShape.exec(location.hash)?.[1]);
  const [isByLink, setByLink] = useState(link !== undefined);
  const enter = (given: Given) => {
    setError(undefined);
    post<{ readonly user: Me }>('/v1/login', given).then(
      ({ user }) => letIn(client, user),
      (cause: unknown) => {
        setByLink(false);
        const { status = 0 } = cause instanceof Refusal ? cause : {};
        const unknown = 'user' in given ? w.refused : w.refusedToken;
        setError(
          status === 401
            ? unknown
            : status === 429
              ? w.tooMany
              : whyOf(cause instanceof Error ? cause : new Error(String(cause)), t),
        );
      },
    );
  };
  const hasTried = useRef(false);
  useEffect(() => {
    if (link === undefined || hasTried.current) return;
    hasTried.current = true;
    // It works once: it need not stay in the address.
    history.replaceState(null, '', location.pathname);
    enter({ link });
  });
  return { enter, error, isByLink };
}
