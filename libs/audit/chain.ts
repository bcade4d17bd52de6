// audit/: the chain that audit rows are links of: how a row is made, and what is found where one was changed.
// Pure: who asked, and when, is told to it.

import { hash } from 'node:crypto';
import { type AuditFact, type AuditRow, chainBeginning } from '#libs/contracts/audit-row.js';

/** A row as it may lie in a store that somebody changed: its columns hold any text, any number. */
export type StoredAuditRow = { readonly [Column in keyof AuditRow]: AuditRow[Column] extends number ? number : string };

/** Everything of a row that its digest stands for. */
export type AuditLink = Omit<StoredAuditRow, 'audit_id' | 'sha256'>;

/**
 * The bytes that a digest is taken of: the UTF-8 of a JSON array of the values in this order, without blanks. The order is part of the format:
 * a new field goes to the end, in a new version of the topic.
 */
function canonicalBytes(link: AuditLink): Buffer {
  const { chain_id, number, previous_sha256, at, by, via, method, route, case_id, rows, status, remote_address } = link;
  return Buffer.from(
    JSON.stringify([chain_id, number, previous_sha256, at, by, via, method, route, case_id, rows, status, remote_address]),
  );
}

/** SHA-256 of the canonical bytes, in hexadecimal. */
export function digestOf(link: AuditLink): string {
  return hash('sha256', canonicalBytes(link), 'hex');
}

/** Makes the rows of one process, each continuing the one before. */
export class AuditChain {
  #number = 0;
  #head = chainBeginning;

  /** `chainId` are 32 hexadecimal digits that no other process has. */
  constructor(private readonly chainId: string) {}

  next(fact: AuditFact): AuditRow {
    this.#number += 1;
    const link = { chain_id: this.chainId, number: this.#number, previous_sha256: this.#head, ...fact };
    this.#head = digestOf(link);
    return { audit_id: auditIdOf(this.#head), ...link, sha256: this.#head };
  }
}

export function auditIdOf(sha256: string): string {
  return sha256.slice(0, 32);
}
