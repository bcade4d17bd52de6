import { type FormEvent, useState } from 'react';
import { newKey, post } from '../../../api/client.js';
import type { useConfirmed } from '../../../api/confirmed.js';
import { Confirm } from '../../../parts/confirm.js';
import { useTexts } from '../../../texts/context.js';
import { useSend } from './send.js';

const kinds = ['initial', 'complementary', 'final'] as const;

interface FreezeProps {
  readonly id: string;
  readonly controller: string;
  readonly hasFrozen: boolean;
  readonly confirmed: ReturnType<typeof useConfirmed>;
}

/** Freezes the list of a controller as it is now. What follows from it stands before the button. */
export function Freeze({ id, controller, hasFrozen, confirmed: { isConfirmed, confirm } }: FreezeProps) {
  const { t } = useTexts();
  const { send, said, isBusy } = useSend();
  const [isAsked, setAsked] = useState(false);
  const freeze = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!isConfirmed) return setAsked(true);
    setAsked(false);
    const kind = String(new FormData(event.currentTarget).get('kind'));
    const key = newKey();
    void send(() => post(`/v1/cases/${id}/dossier/${encodeURIComponent(controller)}/freeze`, { kind }, key), t.dossier.frozen);
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
        <button type="submit" disabled={isBusy}>
          {t.dossier.freeze}
        </button>
      </form>
      {isAsked && !isConfirmed && <Confirm confirm={confirm} />}
      {said}
    </>
  );
}
