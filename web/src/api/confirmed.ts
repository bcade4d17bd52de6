import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useNow } from '../live/clock.js';
import { get, post } from './client.js';

interface Confirmed {
  /** Null for who bears a token. */
  readonly confirmed_until: string | null;
}

const queryKey = ['confirmed'];

/** Whether lists are given to who looks, and how they prove again who they are. Rejects with `Refusal`. */
export function useConfirmed(): { readonly isConfirmed: boolean; readonly confirm: (token: string) => Promise<void>; readonly forget: () => void } {
  const client = useQueryClient();
  const at = useNow(5_000);
  const { data } = useQuery({ queryKey, queryFn: ({ signal }) => get<Confirmed>('/v1/me', signal), staleTime: 30_000 });
  const confirm = useCallback(async (token: string) => client.setQueryData(queryKey, await post<Confirmed>('/v1/confirm', { token })), [client]);
  const forget = useCallback(() => setOver(client), [client]);
  const until = data?.confirmed_until;
  return { isConfirmed: until === null || (until !== undefined && Date.parse(until) > at), confirm: async (token) => void (await confirm(token)), forget };
} // prettier-ignore

/** The console's clock is the one that counts: what it refuses is over, whatever this one says. */
function setOver(client: QueryClient): void {
  client.setQueryData(queryKey, { confirmed_until: new Date(0).toISOString() });
}
