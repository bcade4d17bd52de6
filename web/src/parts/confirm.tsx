import { type FormEvent, useId, useState } from 'react';
import { Refusal } from '../api/client.js';
import { type Proof, useConfirmed } from '../api/confirmed.js';
import { useTexts } from '../texts/context.js';
import { useOwnTexts } from '../texts/own.js';
import { whyOf } from './block.js';
import { confirmTexts } from './confirm-texts.js';

/** Asks who looks to prove again who they are, before what is given to nobody who merely sits down at an open page. */
export function Confirm({ confirm }: { readonly confirm: (proof: Proof) => Promise<void> }) {
  const { t } = useTexts();
  const w = useOwnTexts(confirmTexts);
  const { by } = useConfirmed();
  const id = useId();
  const [error, setError] = useState<string>();
  if (by === 'oidc') return <AtProvider />;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setError(undefined);
    const given = String(new FormData(event.currentTarget).get('proof'));
    confirm(by === 'code' ? { code: given.trim() } : by === 'password' ? { password: given } : { token: given.trim() }).catch(
      (cause: unknown) => {
        const { word = '' } = cause instanceof Refusal ? cause : {};
        const known: Readonly<Record<string, string>> = { not_confirmed: w.refused[by], too_many_tries: w.tooMany };
        setError(known[word] ?? whyOf(cause instanceof Error ? cause : new Error(String(cause)), t));
      },
    );
  };
  return (
    <form className="confirm" onSubmit={submit}>
      <p id={`${id}-hint`}>{t.confirm.hint}</p>
      <label htmlFor={id}>{w[by]}</label>
      <input
        id={id}
        name="proof"
        type={by === 'code' ? 'text' : 'password'}
        required
        autoComplete={by === 'code' ? 'one-time-code' : 'current-password'}
        aria-describedby={`${id}-hint`}
      />
      <button type="submit" className="main">
        {w.submit}
      </button>
      <p role="alert" className="wrong">
        {error}
      </p>
    </form>
  );
}

/** It is asked there, and the browser comes back to this very page. */
function AtProvider() {
  const { t } = useTexts();
  const w = useOwnTexts(confirmTexts);
  return (
    <div className="confirm">
      <p>
        {t.confirm.hint} {w.oidcHint}
      </p>
      <p>
        <a href={`/auth/oidc/confirm?to=${encodeURIComponent(`${location.pathname}${location.search}`)}`}>{w.oidc}</a>
      </p>
    </div>
  );
}
