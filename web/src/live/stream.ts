import { useEffect, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { after, now } from './clock.js';

/** What changed is asked for at once, and then so often at most, in milliseconds: a case that grows says so twice a second. */
const askAgainMs = 1_000;

/** Browsers come back by themselves where a line breaks, and never where they are refused, as by a console that still reads: we do then, in milliseconds. */
const openAgainMs = 3_000;

/** Whether what changes arrives by itself, and since when it does not. */
export type Line = { readonly state: 'joining' | 'open' } | { readonly state: 'lost'; readonly since: number };

/**
 * Listens to what changes for as long as the page can be seen, and has the queries about cases asked again. The browser comes back by itself with the
 * last event that it had; a page that was hidden asks for everything again.
 */
export function useStream(isOn: boolean): Line {
  const client = useQueryClient();
  const [line, setLine] = useState<Line>({ state: 'joining' });
  useEffect(() => {
    if (!isOn) return undefined;
    const refresh = throttled(() => void client.invalidateQueries({ queryKey: ['live'] }));
    let source: EventSource | undefined;
    let stopWaiting = () => {};
    const close = () => {
      stopWaiting();
      source?.close();
      source = undefined;
    };
    const open = () => {
      close();
      const opened = new EventSource('/v1/stream');
      source = opened;
      opened.addEventListener('open', () => setLine({ state: 'open' }));
      opened.addEventListener('case', refresh);
      opened.addEventListener('reset', refresh);
      opened.addEventListener('error', () => {
        setLine((old) => (old.state === 'lost' ? old : { state: 'lost', since: now() }));
        if (opened.readyState === EventSource.CLOSED) stopWaiting = after(openAgainMs, follow);
      });
    };
    const follow = () => {
      if (document.hidden) return close();
      open();
      refresh();
    };
    // A tab that was opened in the background waits until somebody looks: browsers hold six connections to a console, and lines would take all of them.
    if (!document.hidden) open();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      close();
    };
  }, [client, isOn]);
  return line;
}

/** Calls `post` at once, and not again before some time has passed; what came meanwhile is one call then. */
function throttled(post: () => void): () => void {
  let isWaiting = false;
  let isWanted = false;
  const run = () => {
    if (isWaiting) {
      isWanted = true;
      return;
    }
    isWaiting = true;
    isWanted = false;
    post();
    after(askAgainMs, () => {
      isWaiting = false;
      if (isWanted) run();
    });
  };
  return run;
}
