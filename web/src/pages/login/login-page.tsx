import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Me } from '../../api/answers.js';
import { post, Refusal } from '../../api/client.js';
import { whyOf } from '../../parts/block.js';
import { useTitle } from '../../parts/title.js';
import { locales, useTexts } from '../../texts/context.js';

/** What stands behind the `#` of a link that logs in once. */
const linkShape = /^#login=([\w-]+)$/;

/** Lets somebody in, by their token or by the link of the board, and leaves them on the address that they came to. */
export function LoginPage() {
  const { t, locale, choose } = useTexts();
  const { enter, error, isByLink } = useLogin();
  useTitle(t.login.title);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    enter({ token: String(new FormData(event.currentTarget).get('token')).trim() });
  };
  const other = locales.find((one) => one !== locale) ?? locale;
  return (
    <main className="login" id="content">
      <img src="/icon.svg" alt="" width="48" height="48" />
      <h1>{t.login.title}</h1>
      {isByLink ? (
        <p>{t.login.byLink}</p>
      ) : (
        <form onSubmit={submit}>
          <label htmlFor="token">{t.login.token}</label>
          <input id="token" name="token" type="password" required autoComplete="current-password" aria-describedby="token-hint" />
          <p id="token-hint" className="hint">
            {t.login.hint}
          </p>
          <p role="alert" className="wrong">
            {error}
          </p>
          <button type="submit" className="main">
            {t.login.submit}
          </button>
        </form>
      )}
      <button type="button" className="plain" lang={other} onClick={() => choose({ locale: other })}>
        {other === 'fr' ? 'Français' : 'English'}
      </button>
    </main>
  );
}

function useLogin() {
  const { t } = useTexts();
  const client = useQueryClient();
  const [error, setError] = useState<string>();
  const [link] = useState(() => linkShape.exec(location.hash)?.[1]);
  const [isByLink, setByLink] = useState(link !== undefined);
  const enter = (given: { readonly token: string } | { readonly link: string }) => {
    setError(undefined);
    post<{ readonly user: Me }>('/v1/login', given).then(
      ({ user }) => client.setQueryData(['me'], user),
      (cause: unknown) => {
        setByLink(false);
        const isUnknown = cause instanceof Refusal && cause.status === 401;
        setError(isUnknown ? t.login.refused : whyOf(cause instanceof Error ? cause : new Error(String(cause)), t));
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
