import type { AccessStore, StoreTable } from '#libs/access-store/contract/port.js';
import { type Topic, topics } from '#libs/contracts/topics.js';

/** The tables that topics go to. */
export const tables = {
  [topics.accesses]: 'accesses',
  [topics.incidents]: 'incident_changes',
  [topics.quarantine]: 'quarantine',
  [topics.actions]: 'case_actions',
  [topics.audit]: 'audit',
} as const satisfies Record<Topic, StoreTable>;
export type ArchiveTable = (typeof tables)[Topic];

/** What the archiver asks of the store. */
export type ArchiveStore = Pick<AccessStore, 'insert' | 'recordBatch' | 'batches' | 'found' | 'erasedLately'>;
