import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Me } from '../../api/answers.js';
import { post, Refusal } from '../../api/client.js';
import { enter } from '../../api/looker.js';
import { whyOf } from '../../parts/block.js';
import { useTitle } from '../../parts/title.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import { LoginFrame } from './login-frame.js';
import { loginTexts } from './login-texts.js';
import { QrPicture } from './qr-picture.js';
import './login.css';

interface Shown {
  readonly user: string;
  readonly needs_code: boolean;
  readonly totp: { readonly secret: string; readonly uri: string };
}

interface Done {
  readonly user: Me;
  readonly recovery_codes: readonly string[];
}

/** By their link somebody chooses a password and a code, once, and is given what helps should they lose their phone. `onDone` follows. */
export function SetupPage({ link, onDone }: { readonly link: string; readonly onDone: () => void }) {
  const w = useOwnTexts(loginTexts);
  const client = useQueryClient();
  const { shown, error } = useSetup(link);
  const [done, setDone] = useState<Done>();
  const leave = ({ user }: Done) => {
    history.replaceState(null, '', '/');
    enter(client, user);
    onDone();
  };
  if (done) return <Recovery codes={done.recovery_codes} onDone={() => leave(done)} />;
  if (!shown)
    return (
      <LoginFrame title={error === undefined ? '' : w.setupOver}>{error !== undefined && <p role="alert">{error}</p>}</LoginFrame>
    );
  return <Choose link={link} shown={shown} onDone={(one) => (one.recovery_codes.length > 0 ? setDone(one) : leave(one))} />;
}

/** What the link is for; asked once, though the effects of a page may run twice. */
function useSetup(link: string) {
  const { t } = useTexts();
  const w = useOwnTexts(loginTexts);
  const [shown, setShown] = useState<Shown>();
  const [error, setError] = useState<string>();
  const hasAsked = useRef(false);
  useEffect(() => {
    if (hasAsked.current) return;
    hasAsked.current = true;
    // Whoever looks over a shoulder need not read it; a reload of the page loses it, and the link opens it again.
    history.replaceState(null, '', location.pathname);
    post<Shown>('/v1/setup', { link }).then(setShown, (cause: unknown) => {
      setError(
        cause instanceof Refusal && cause.status === 401
          ? w.setupOverHint
          : whyOf(cause instanceof Error ? cause : new Error(String(cause)), t),
      );
    });
  });
  return { shown, error };
}

function Choose({
  link,
  shown,
  onDone,
}: {
  readonly link: string;
  readonly shown: Shown;
  readonly onDone: (done: Done) => void;
}) {
  const { t } = useTexts();
  const w = useOwnTexts(loginTexts);
  const [error, setError] = useState<string>();
  const [isShown, setIsShown] = useState(false);
  useTitle(w.setupTitle(shown.user));
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setError(undefined);
    const form = new FormData(event.currentTarget);
    post<Done>('/v1/setup', { link, password: String(form.get('password')), code: String(form.get('code')).trim() }).then(
      onDone,
      (cause: unknown) => {
        const { word = '' } = cause instanceof Refusal ? cause : {};
        const known: Readonly<Record<string, string>> = {
          wrong_code: w.wrongCode,
          weak_password: w.weak,
          unknown_link: w.setupOverHint,
        };
        setError(known[word] ?? whyOf(cause instanceof Error ? cause : new Error(String(cause)), t));
      },
    );
  };
  return (
    <LoginFrame title={w.setupTitle(shown.user)}>
      <form onSubmit={submit}>
        {/* A password manager keeps the two together. */}
        <input type="text" autoComplete="username" value={shown.user} readOnly hidden />
        <label htmlFor="password">{w.newPassword}</label>
        <input
          id="password"
          name="password"
          type={isShown ? 'text' : 'password'}
          required
          minLength={12}
          maxLength={200}
          autoComplete="new-password"
          aria-describedby="password-hint"
        />
        <p id="password-hint" className="hint">
          {w.newPasswordHint}
        </p>
        <label className="option">
          <input type="checkbox" checked={isShown} onChange={() => setIsShown(!isShown)} /> {w.show}
        </label>
        <h2>{w.phone}</h2>
        <p id="phone-hint">
          {w.phoneHint} {!shown.needs_code && w.phoneOptional}
        </p>
        <QrPicture text={shown.totp.uri} label={w.picture} />
        <p>
          {w.key} <span className="key">{shown.totp.secret.replaceAll(/(.{4})(?!$)/g, '$1 ')}</span>
        </p>
        <label htmlFor="code">{w.sixDigits}</label>
        <input
          id="code"
          name="code"
          inputMode="numeric"
          required={shown.needs_code}
          autoComplete="one-time-code"
          maxLength={10}
          aria-describedby="phone-hint"
        />
        <p role="alert" className="wrong">
          {error}
        </p>
        <button type="submit" className="main">
          {w.finish}
        </button>
      </form>
    </LoginFrame>
  );
}

function Recovery({ codes, onDone }: { readonly codes: readonly string[]; readonly onDone: () => void }) {
  const w = useOwnTexts(loginTexts);
  useTitle(w.recoveryTitle);
  return (
    <LoginFrame title={w.recoveryTitle}>
      <p>{w.recoveryHint}</p>
      <ol className="key">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <button type="button" className="main" onClick={onDone}>
        {w.recoveryDone}
      </button>
    </LoginFrame>
  );
}
