import { z } from 'zod';
import { hex128, isoTime } from './access-row.js';

/**
 * By what somebody asked, as they say themselves: of the console, where `mcp` is an assistant, whose token says so; or of the embedded ClickHouse on its
 * port (`clickhouse`, and commands of this machine).
 */
export const askedBy = ['console', 'api', 'cli', 'clickhouse', 'mcp'] as const;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What the first row of a chain continues. */
export const chainBeginning = '0'.repeat(64);

/** What an audit row says of one answer: who asked what, and what they were shown. Never a patient, a token, or a text that somebody wrote. */
export const auditFact = {
  /** Wall clock of the answer. */
  at: isoTime,
  /** Id of the user; empty for nobody, whose login was refused. */
  by: z.string().max(200),
  via: z.enum(askedBy),
  /** Of HTTP; of ClickHouse the first word of the query. */
  method: z.string().max(20),
  /**
   * Pattern of the route, `/v1/cases/:id`; of ClickHouse the tables of patients that the query names; of a call of an assistant the tool and the beginning
   * of the digest of its arguments. Empty where there is none.
   */
  route: z.string().max(200),
  /** The case that was shown or acted on; empty where it was none, or many. */
  case_id: z.union([hex128, z.literal('')]),
  /** Cases, lines, attempts or patients that the answer shows; of ClickHouse, rows of the result. */
  rows: z.int().nonnegative(),
  /** HTTP status. 102: a long answer of ClickHouse begins, another row says how it ended. 429: more refused logins followed in this minute than are written down. */
  status: z.int().min(100).max(999),
  /** Of the connection: behind a proxy what it says where the console believes it, and the proxy's otherwise. */
  remote_address: z.string().max(100),
};

/** One answer, as a link of the chain of the process that gave it: a row of `vigie.audit.v1`. */
export const auditRow = z.strictObject({
  /** The first 128 bits of `sha256`. */
  audit_id: hex128,
  /** Of one process: each begins a chain of its own. */
  chain_id: hex128,
  /** Place in the chain, from 1 without gap. */
  number: z.int().positive(),
  /** `sha256` of the row before; 64 zeros before the first. */
  previous_sha256: sha256,
  ...auditFact,
  /** SHA-256 of the canonical bytes of everything else, see `libs/audit`. */
  sha256,
});
export type AuditRow = z.infer<typeof auditRow>;
export type AuditFact = Pick<AuditRow, keyof typeof auditFact>;
