import { type QueryClient, type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { Me } from './answers.js';
import { get } from './client.js';

/** Who looks; `user` is null for nobody. */
export interface Looker {
  readonly user: Me | null;
  /** They went away themselves: nothing of what they saw is kept. */
  readonly hasLeft?: true;
}

const queryKey = ['me'];

/** Whoever was somebody here last, by the client that has asked for them. */
const last = new WeakMap<QueryClient, string>();

/** Asks who looks. For nobody it asks again whenever the page is looked at: they may have logged in beside. */
export function useLooker(): UseQueryResult<Looker> {
  return useQuery({
    queryKey,
    queryFn: async ({ signal, client }) => asLooker(client, (await get<{ readonly user: Me | null }>('/v1/me', signal)).user),
    staleTime: ({ state }) => (state.data?.user ? 60_000 : 0),
  });
}

/** Somebody has logged in here. */
export function enter(client: QueryClient, user: Me): void {
  client.setQueryData<Looker>(queryKey, asLooker(client, user));
  // What was proved to the session of before is not proved to this one, and the other way round.
  void client.invalidateQueries({ queryKey: ['confirmed'], refetchType: 'none' });
}

/** Who looked has logged out: what they asked for is forgotten. */
export function leave(client: QueryClient): void {
  client.setQueryData<Looker>(queryKey, { user: null, hasLeft: true });
  forgetAnswers(client);
}

/** A question found nobody. Only the console knows whether somebody is here by now. */
export function askAgainWhoLooks(client: QueryClient): void {
  if (client.getQueryData<Looker>(queryKey)?.user) void client.refetchQueries({ queryKey }, { cancelRefetch: false });
}

/** Answers are kept for who asked for them: somebody else asks for their own. */
function asLooker(client: QueryClient, user: Me | null): Looker {
  if (user && last.get(client) !== user.id) {
    if (last.has(client)) forgetAnswers(client);
    last.set(client, user.id);
  }
  return { user };
}

/** Who looks is still asked for by the page, which must hear of it. */
function forgetAnswers(client: QueryClient): void {
  client.removeQueries({ predicate: ({ queryKey: [first] }) => first !== queryKey[0] });
}
