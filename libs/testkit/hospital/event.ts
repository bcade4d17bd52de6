import type { Action, Category } from '#libs/contracts/vocabulary.js';

/** An event as a hospital sends it: Vigie's own input format, with clear (invented) patient identifiers. */
export interface SourceEvent {
  readonly id: string;
  readonly time: string;
  readonly group_id: string;
  readonly clinic_id: string;
  readonly actor_id: string;
  readonly actor_role: string;
  readonly actor_kind: 'human' | 'service' | 'vendor';
  readonly privileged?: boolean;
  readonly action: Action;
  readonly outcome: 'success' | 'failure';
  readonly patient_ids: readonly string[];
  readonly record_count?: number;
  readonly categories?: readonly Category[];
  readonly emergency?: boolean;
  readonly source_ip: string;
  readonly device: string;
  readonly session_id: string;
  readonly auth: string;
  readonly mfa: boolean;
  readonly application: string;
}

/** One access before it has its id: `at` in milliseconds since 1970. */
export type Access = Omit<SourceEvent, 'id' | 'time' | 'group_id'> & { readonly at: number };
