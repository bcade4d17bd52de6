import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { isOfNobody, Refusal } from '../api/client.js';
import { after, useNow } from '../live/clock.js';
import { useTexts } from '../texts/context.js';
import type { Texts } from '../texts/fr.js';

/** Old enough to be said, in milliseconds: longer than any question waits until it is asked again. */
const oldMs = 90_000;

interface BlockProps<T> {
  readonly answer: UseQueryResult<T>;
  /** Without it there is no page: what is missing is its headline. */
  readonly isPage?: boolean;
  readonly children: (data: T) => ReactNode;
}

/** An answer in every state that it can be in: on its way, refused, old, there. What one block lacks blanks no other. */
export function Block<T>({ answer, isPage = false, children }: BlockProps<T>) {
  const { t, f } = useTexts();
  const at = useNow();
  const { data, error, dataUpdatedAt, refetch } = answer;
  if (data === undefined && !error) return <Loading />;
  const isOld = error !== null && at - dataUpdatedAt > oldMs;
  return (
    <>
      {isPage && data === undefined && <h1>{t.states.nothing}</h1>}
      {error && (data === undefined || isOld) && (
        <p className="notice notice-wrong">
          {t.states.failed(whyOf(error, t))} {isOld && data !== undefined && t.states.old(f.span(at - dataUpdatedAt))}{' '}
          <button type="button" onClick={() => void refetch()}>
            {t.states.retry}
          </button>
        </p>
      )}
      {data !== undefined && children(data)}
    </>
  );
}

/** A word after a moment: what comes at once must not flicker. */
function Loading() {
  const { t } = useTexts();
  const [isSlow, setSlow] = useState(false);
  useEffect(() => after(300, () => setSlow(true)), []);
  return <p className="loading">{isSlow && t.states.loading}</p>;
}

/** What was refused, in the language of the page where Vigie has a word for it. */
export function whyOf(error: Error, t: Texts): string {
  if (!(error instanceof Refusal)) return error.message;
  if (error.status === 0) return t.states.noAnswer;
  if (isOfNobody(error)) return t.states.over;
  if (error.status === 403) return t.states.notAllowed;
  return t.refusals[error.word] ?? error.message;
}
