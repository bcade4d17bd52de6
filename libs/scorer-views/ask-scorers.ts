// scorer-views/: what the windows of an account hold now, asked of the scorers.
// One of them holds it; the others say so.

import { z } from 'zod';
import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import { accountView } from '#libs/contracts/accounts/account-view.js';
import { isError } from '#libs/runtime/outcome.js';

/** What a scorer answers: the view, and how fresh it is. */
export const accountAnswer = accountView.extend({
  /** Wall clock of the answer, and `received_at` of the newest access that was judged; empty for none. */
  as_of: z.string().default(''),
  newest_received_at: z.string().default(''),
  /** Windows still lack accesses of the past. */
  windows_filling: z.boolean().default(false),
  /** Late accesses of the account wait to be judged again. */
  rejudgement_waiting: z.boolean().default(false),
});
export type AccountAnswer = z.infer<typeof accountAnswer>;

const refusal = z.object({ error: z.string(), message: z.string() });

/** A scorer that has no answer within this time, in milliseconds, is away. */
const answerMsMax = 10_000;

export interface Account {
  readonly groupId: string;
  readonly actorId: string;
  /** What `actorId` names; left out: an account. */
  readonly subject?: SubjectKind;
}

/** `reason` of a scorer that gave no view: it holds other accounts, knows of none, or did not answer as a scorer does. */
export interface Asked extends Account {
  readonly url: string;
  readonly reason: 'not_held_here' | 'unknown_account' | 'away';
  readonly message: string;
}

export interface Found {
  readonly url: string;
  readonly answer: AccountAnswer;
}

/** Asks one scorer after the other for each account, and gives every view that one holds, and what the others said. */
export async function askScorers(
  urls: readonly string[],
  accounts: readonly Account[],
  get: typeof fetch = fetch,
): Promise<{ readonly found: readonly Found[]; readonly asked: readonly Asked[] }> {
  const found: Found[] = [];
  const asked: Asked[] = [];
  for (const account of accounts)
    for (const url of urls) {
      const told = await ask(url, account, get);
      if ('answer' in told) {
        found.push(told);
        break;
      }
      asked.push(told);
    }
  return { found, asked };
}

async function ask(url: string, account: Account, get: typeof fetch): Promise<Found | Asked> {
  const subject = account.subject === undefined ? '' : `?subject=${account.subject}`;
  const path = `v1/accounts/${encodeURIComponent(account.groupId)}/${encodeURIComponent(account.actorId)}${subject}`;
  try {
    const response = await get(`${url.replace(/\/+$/, '')}/${path}`, { signal: AbortSignal.timeout(answerMsMax) });
    const body: unknown = await response.json();
    if (response.ok) return { url, answer: accountAnswer.parse(body) };
    const { error, message } = refusal.parse(body);
    const reason = error === 'not_held_here' || error === 'unknown_account' ? error : 'away';
    return { url, ...account, reason, message };
  } catch (cause) {
    return { url, ...account, reason: 'away', message: sentenceOf(cause) };
  }
}

function sentenceOf(cause: unknown): string {
  if (cause instanceof z.ZodError || cause instanceof SyntaxError) return 'what answers there is no scorer of this version';
  if (cause instanceof DOMException && cause.name === 'TimeoutError') return `it gave no answer within ${answerMsMax / 1000} s`;
  const inner = isError(cause) && isError(cause.cause) ? cause.cause : cause;
  return isError(inner) ? inner.message || inner.name : String(inner);
}
