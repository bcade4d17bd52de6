import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import { isOfNobody, Refusal } from '../api/client.js';
import { useAnnounce } from './announce.js';
import { whyOf } from './block.js';
import { useTexts } from '../texts/context.js';
import type { Texts } from '../texts/fr.js';

/** What was said of the last action; `again` asks for the same once more, under the same key. */
interface Outcome {
  readonly text: string;
  readonly isWrong: boolean;
  readonly again?: () => void;
}

/** `ask` carries a key of its own, the same each time; `sayingOf` what became of it. */
type Send = <Answer>(ask: () => Promise<Answer>, sayingOf: (answer: Answer) => string) => Promise<void>;

/** Sends something, has everything asked again, and says what became of it; what is not known can be sent again as it was. */
export function useSend(): { readonly send: Send; readonly said: ReactNode; readonly isBusy: boolean } {
  const { t } = useTexts();
  const client = useQueryClient();
  const announce = useAnnounce();
  const [outcome, setOutcome] = useState<Outcome>();
  const [isBusy, setBusy] = useState(false);
  const send: Send = async (ask, sayingOf) => {
    setBusy(true);
    const became = await ask().then(
      (answer): Outcome => ({ text: sayingOf(answer), isWrong: false }),
      (cause: unknown) => refusedOutcome(cause, t, () => void send(ask, sayingOf)),
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

const unknownOnes: ReadonlySet<string> = new Set(['not_known', 'not_audited', 'no_answer']);

function refusedOutcome(cause: unknown, t: Texts, again: () => void): Outcome {
  if (!(cause instanceof Refusal)) return { text: String(cause), isWrong: true };
  if (unknownOnes.has(cause.word)) return { text: t.act.notKnown, isWrong: true, again };
  if (isOfNobody(cause)) return { text: t.act.over, isWrong: true, again };
  if (cause.word === 'confirm_first') return { text: t.confirm.hint, isWrong: true };
  if (cause.word === 'patient_identifier') return { text: t.act.patientLike, isWrong: true };
  if (cause.word === 'not_qualified') return { text: t.act.qualifyFirst, isWrong: true };
  const now = cause.body['case'] as SeenRow | undefined;
  if (cause.status === 409 && now)
    return {
      text: t.act.superseded(t.statuses[now.status], now.owner, now.verdict && t.verdicts[now.verdict]),
      isWrong: true,
    };
  return { text: whyOf(cause, t), isWrong: true };
}
