import { askScorers } from '#libs/scorer-views/ask-scorers.js';
import type { WindowsNow } from './account.js';

/** Asks the scorers what the windows of an account hold now. */
export class ScorerWindows {
  constructor(
    private readonly urls: readonly string[],
    private readonly get: typeof fetch = fetch,
  ) {}

  async of(groupId: string, actorId: string): Promise<WindowsNow> {
    const { found, asked } = await askScorers(this.urls, [{ groupId, actorId }], this.get);
    const [one] = found;
    if (one) return { state: 'known', rules: one.answer.rules, newest_time: one.answer.newest_time };
    return { state: asked.some(({ reason }) => reason === 'unknown_account') ? 'nothing' : 'away' };
  }
}
