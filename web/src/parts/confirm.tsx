import { type FormEvent, useId, useState } from 'react';
import { Refusal } from '../api/client.js';
import { useTexts } from '../texts/context.js';
import { whyOf } from './block.js';

/** Asks who looks to prove again who they are, before what is given to nobody who merely sits down at an open page. */
export function Confirm({ confirm }: { readonly confirm: (token: string) => Promise<void> }) {
  const { t } = useTexts();
  const id = useId();
  const [error, setError] = useState<string>();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setError(undefined);
    confirm(String(new FormData(event.currentTarget).get('token')).trim()).catch((cause: unknown) => {
      const isUnknown = cause instanceof Refusal && cause.word === 'not_confirmed';
      setError(isUnknown ? t.confirm.refused : whyOf(cause instanceof Error ? cause : new Error(String(cause)), t));
    });
  };
  return (
    <form className="confirm" onSubmit={submit}>
      <p id={`${id}-hint`}>{t.confirm.hint}</p>
      <label htmlFor={id}>{t.login.token}</label>
      <input id={id} name="token" type="password" required autoComplete="current-password" aria-describedby={`${id}-hint`} />
      <button type="submit" className="main">
        {t.confirm.submit}
      </button>
      <p role="alert" className="wrong">
        {error}
      </p>
    </form>
  );
} // prettier-ignore
