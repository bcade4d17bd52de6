import type { FormEvent } from 'react';
import { newKey, post, Refusal } from '../../../api/client.js';
import type { useConfirmed } from '../../../api/confirmed.js';
import { useTexts } from '../../../texts/context.js';
import { useSend } from '../../../parts/send.js';

const kinds = ['initial', 'complementary', 'final'] as const;

interface FreezeProps {
  readonly id: string;
  readonly controller: string;
  readonly hasFrozen: boolean;
  readonly confirmed: ReturnType<typeof useConfirmed>;
}

/** Freezes the list of a controller as it is now. What follows from it stands before the button. */
export function Freeze({ id, controller, hasFrozen, confirmed: { isConfirmed, forget } }: FreezeProps) {
  const { t } = useTexts();
  const { send, said, isBusy } = useSend();
  const freeze = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const kind = String(new FormData(event.currentTarget).get('kind'));
    const key = newKey();
    const ask = () =>
      post(`/v1/cases/${id}/dossier/${encodeURIComponent(controller)}/freeze`, { kind }, key).catch((cause: unknown) => {
        if (cause instanceof Refusal && cause.word === 'confirm_first') forget();
        throw cause;
      });
    void send(ask, () => t.dossier.frozen);
  };
  return (
    <>
      <h3>{t.dossier.freeze}</h3>
      <p className="hint">{t.dossier.freezeConsequence}</p>
      <form className="filters" onSubmit={freeze}>
        <label>
          {t.dossier.kind}
          <select name="kind" defaultValue={hasFrozen ? 'complementary' : 'initial'}>
            {kinds.map((kind) => (
              <option key={kind} value={kind}>
                {t.dossier.kinds[kind]}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" disabled={isBusy || !isConfirmed}>
          {t.dossier.freeze}
        </button>
      </form>
      {said}
    </>
  );
}
