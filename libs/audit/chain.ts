// audit/: the chain that audit rows are links of: how a row is made, and what is found where one was changed.
// Pure: who asked, and when, is told to it.

import { hash } from 'node:crypto';
import { type AuditFact, type AuditRow, chainBeginning } from '#libs/contracts/audit-row.js';

/** A row as it may lie in a store that somebody changed: its columns hold any text, any number. */
export type StoredAuditRow = { readonly [Column in keyof AuditRow]: AuditRow[Column] extends number ? number : string };

/** Where a chain stands: its rows, and the digest of the last of them. Kept elsewhere, it shows later whether the rows up to it are still those. */
export interface ChainHead {
  readonly chainId: string;
  readonly rows: number;
  /** In hexadecimal; where it was kept, its beginning may be enough. */
  readonly sha256: string;
}

/** A head as people keep it, `chain:rows:sha256`. */
export function headText({ chainId, rows, sha256 }: ChainHead): string {
  return `${chainId}:${rows}:${sha256}`;
}

/** The first 52 bits of a head's digest, which a number of JavaScript and a sample of Prometheus hold exactly: thirteen hexadecimal digits. */
export function headNumber({ sha256 }: ChainHead): number {
  return Number.parseInt(sha256.slice(0, 13), 16);
}

/** The head that a text says: at least the thirteen digits of `headNumber`. Undefined for anything else. */
export function readHead(text: string): ChainHead | undefined {
  const [, chainId, rows, sha256] = /^([0-9a-f]{32}):([1-9]\d{0,14}):([0-9a-f]{13,64})$/.exec(text) ?? [];
  return chainId !== undefined && rows !== undefined && sha256 !== undefined
    ? { chainId, rows: Number(rows), sha256 }
    : undefined;
}

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
