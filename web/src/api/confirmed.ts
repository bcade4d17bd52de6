import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useNow } from '../live/clock.js';
import { get, post } from './client.js';

/** By what somebody proves again who they are. */
export type Proof = { readonly token: string } | { readonly code: string } | { readonly password: string };

interface Confirmed {
  /** Null for who bears a token. */
  readonly confirmed_until: string | null;
  readonly confirmed_by?: 'token' | 'code' | 'password' | 'oidc' | null;
}

interface UseConfirmed {
  readonly isConfirmed: boolean;
  readonly by: 'token' | 'code' | 'password' | 'oidc';
  readonly confirm: (proof: Proof) => Promise<void>;
  readonly forget: () => void;
}

const queryKey = ['confirmed'];

/** Whether lists are given to who looks, and how they prove again who they are. Rejects with `Refusal`. */
export function useConfirmed(): UseConfirmed {
  const client = useQueryClient();
  const at = useNow(5_000);
  const { data } = useQuery({ queryKey, queryFn: ({ signal }) => get<Confirmed>('/v1/me', signal), staleTime: 30_000 });
  const confirm = useCallback(
    async (proof: Proof) => client.setQueryData(queryKey, await post<Confirmed>('/v1/confirm', proof)),
    [client],
  );
  const forget = useCallback(() => setOver(client), [client]);
  const until = data?.confirmed_until;
  const isConfirmed = until === null || (until !== undefined && Date.parse(until) > at);
  return { isConfirmed, by: data?.confirmed_by ?? 'token', confirm: async (proof) => void (await confirm(proof)), forget };
}

/** The console's clock is the one that counts: what it refuses is over, whatever this one says. */
function setOver(client: QueryClient): void {
  client.setQueryData<Confirmed>(queryKey, (old) => ({ ...old, confirmed_until: new Date(0).toISOString() }));
}
