import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useAnnounce } from '../../../parts/announce.js';
import { useTexts } from '../../../texts/context.js';
import { type Outcome, refusedOutcome } from '../actions.js';

/** Sends something under a key of its own, has everything asked again, and says what became of it; what is not known can be sent again as it was. */
export function useSend(): {
  readonly send: (ask: () => Promise<unknown>, done: string) => Promise<void>;
  readonly said: ReactNode;
  readonly isBusy: boolean;
} {
  const { t } = useTexts();
  const client = useQueryClient();
  const announce = useAnnounce();
  const [outcome, setOutcome] = useState<Outcome>();
  const [isBusy, setBusy] = useState(false);
  const send = async (ask: () => Promise<unknown>, done: string) => {
    setBusy(true);
    const became = await ask().then(
      (): Outcome => ({ text: done, isWrong: false }),
      (cause: unknown) => refusedOutcome(cause, t, () => void send(ask, done)),
    );
    setBusy(false);
    setOutcome(became);
    announce(became.text);
    await client.invalidateQueries({ queryKey: ['live'] });
  };
  const said = outcome && (
    <p className={outcome.isWrong ? 'notice notice-wrong' : 'notice notice-good'}>
      {outcome.text}{' '}
      {outcome.again && (
        <button type="button" onClick={outcome.again}>
          {t.act.again}
        </button>
      )}
    </p>
  );
  return { send, said, isBusy };
}
