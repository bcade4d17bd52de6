import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../../api/client.js';
import { leave } from '../../api/looker.js';
import { useConfirmed } from '../../api/confirmed.js';
import { whyOf } from '../../parts/block.js';
import { Confirm } from '../../parts/confirm.js';
import { useTexts } from '../../texts/context.js';
import { ownTexts, useOwnTexts } from '../../texts/own.js';

function fr() {
  return {
    title: 'Connexion',
    end: 'Terminer toutes mes sessions',
    endHint: 'Celle-ci aussi, sur tous les appareils.',
    renew: 'De nouveaux codes de secours',
    renewHint: 'Les anciens ne servent plus. Ils ne sont montrés qu’une fois.',
    codes: 'Codes de secours',
    done: 'Voici vos nouveaux codes : gardez-les ailleurs que sur ce téléphone.',
  };
}

function en(): ReturnType<typeof fr> {
  return {
    title: 'Logging in',
    end: 'End all of my sessions',
    endHint: 'This one too, on every device.',
    renew: 'New recovery codes',
    renewHint: 'The old ones work no more. They are shown once.',
    codes: 'Recovery codes',
    done: 'These are your new codes: keep them elsewhere than on that phone.',
  };
}

const accountTexts = ownTexts({ fr, en });

/** What somebody with an account does with it themselves; nothing for who comes in by something else. */
export function MyAccount() {
  const { t } = useTexts();
  const w = useOwnTexts(accountTexts);
  const client = useQueryClient();
  const { by, isConfirmed, confirm } = useConfirmed();
  const [codes, setCodes] = useState<readonly string[]>();
  const [error, setError] = useState<string>();
  if (by !== 'code' && by !== 'password') return null;
  const say = (cause: unknown) => setError(whyOf(cause instanceof Error ? cause : new Error(String(cause)), t));
  const end = () => post('/v1/account/end-sessions', {}).then(() => leave(client), say);
  const renew = () =>
    post<{ readonly recovery_codes: readonly string[] }>('/v1/account/recovery-codes', {}).then(
      (one) => setCodes(one.recovery_codes),
      say,
    );
  return (
    <section>
      <h2>{w.title}</h2>
      <p role="alert" className="wrong">
        {error}
      </p>
      <p>
        <button type="button" onClick={() => void end()}>
          {w.end}
        </button>{' '}
        <span className="hint">{w.endHint}</span>
      </p>
      {by === 'code' && !isConfirmed && <Confirm confirm={confirm} />}
      {by === 'code' && isConfirmed && (
        <p>
          <button type="button" onClick={() => void renew()}>
            {w.renew}
          </button>{' '}
          <span className="hint">{w.renewHint}</span>
        </p>
      )}
      {codes && (
        <>
          <p role="status">{w.done}</p>
          <ol aria-label={w.codes}>
            {codes.map((code) => (
              <li key={code}>
                <code>{code}</code>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
