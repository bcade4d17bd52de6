import { askScorers } from '#libs/scorer-views/ask-scorers.js';
import { everyScorer } from '#libs/scorer-views/scorer-addresses.js';
import type { WindowsNow } from './account.js';

/** A scorer that has not said whether it judges within this time is taken for away, in milliseconds. */
const readyMsMax = 2_500;

/** Of each scorer whether it judges what comes: it answers, and says of itself that it is ready. */
export async function areReady(urls: readonly string[], get: typeof fetch = fetch): Promise<readonly boolean[]> {
  const ask = (url: string) => get(`${url.replace(/\/+$/, '')}/health/ready`, { signal: AbortSignal.timeout(readyMsMax) });
  const each = await everyScorer(urls);
  return Promise.all(
    each.map((url) =>
      ask(url).then(
        ({ ok }) => ok,
        () => false,
      ),
    ),
  );
}

/** Asks the scorers what the windows of an account hold now. */
export class ScorerWindows {
  constructor(
    private readonly urls: readonly string[],
    private readonly get: typeof fetch = fetch,
  ) {}

  async of(groupId: string, actorId: string): Promise<WindowsNow> {
    const { found, asked } = await askScorers(await everyScorer(this.urls), [{ groupId, actorId }], this.get);
    const [one] = found;
    if (one) return { state: 'known', rules: one.answer.rules, newest_time: one.answer.newest_time };
    return { state: asked.some(({ reason }) => reason === 'unknown_account') ? 'nothing' : 'away' };
  }
}
