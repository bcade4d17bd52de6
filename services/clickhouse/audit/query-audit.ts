import type { AuditTrail } from '#libs/audit/audit-trail.js';
import { RefusedLogins } from '#libs/audit/refused-logins.js';
import type { AuditFact } from '#libs/contracts/audit-row.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { exception, exceptionOf } from '../engine/exception.js';
import type { Answer, Auditor } from '../run/query-runner.js';
import type { Asker } from '../run/who-asks.js';
import type { JudgedRequest } from '../sql/judge.js';
import { heldAnswer } from './held-answer.js';
import { patientNamesIn } from './patient-names.js';

/** An answer of so many rows of patients is taken for an export, a smaller one for a look. */
export const exportRowsMin = 1_000;

/** Statements whose answer may hold values of what they read: plans quote the constants that a subquery came to. */
const shows: ReadonlySet<string> = new Set(['SELECT', 'WITH', 'EXPLAIN']);

/** The status of a row that was written before the first byte of a long answer; another one follows when it ended. */
export const begunStatus = 102;

export interface QueryAuditTools {
  readonly trail: Pick<AuditTrail, 'record'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Who was shown patients by a query, as audit rows, like those of the console: durable before the answer goes out. */
export class QueryAudit implements Auditor {
  readonly #logins = new RefusedLogins();

  constructor(private readonly tools: QueryAuditTools) {}

  async answering(
    request: JudgedRequest,
    asker: Asker | undefined,
    answer: Answer,
    work: (audited: Answer) => Promise<void>,
  ): Promise<void> {
    const parameters = [...request.settings].flatMap(([name, value]) => (name.startsWith('param_') ? [value] : []));
    const names = shows.has(request.inspection.first) ? patientNamesIn(request.inspection, parameters) : [];
    if (!asker || names.length === 0) return work(answer);
    const method = request.inspection.first;
    const say = (status: number, rows: number) =>
      this.#record({ asker, method, route: names.join(',').slice(0, 200), status, rows });
    const held = heldAnswer(answer, (rows) => say(begunStatus, rows));
    try {
      await work(held);
    } catch (cause) {
      // What went out before it broke off was shown, and the text of an error may quote what was read.
      await say(exceptionOf(cause).status, held.released ? held.rows : 0);
      throw cause;
    }
    await say(200, held.rows);
    await held.release();
  }

  /** A refusal is written down like one of the console, so many in a minute. `status` 401: nobody was let in; 403: somebody may not. */
  async refused(asker: Asker, status: 401 | 403): Promise<void> {
    const knock = this.#logins.knock(this.tools.clock.now());
    if (knock === 'more') return;
    await this.#record({ asker, method: '', route: '', status: knock === 'refused' ? status : 429, rows: 0 });
  }

  /** Throws the exception that takes the answer's place when the row is not known to be written down. */
  async #record({
    asker,
    method,
    route,
    status,
    rows,
  }: {
    asker: Asker;
    method: string;
    route: string;
    status: number;
    rows: number;
  }): Promise<void> {
    const { trail, clock, log } = this.tools;
    const { by, isProven, door, remoteAddress } = asker;
    const via = door === 'cli' ? 'cli' : 'clickhouse';
    const fact: AuditFact = {
      at: isoOf(clock.now()),
      by,
      via,
      method,
      route,
      case_id: '',
      rows,
      status,
      remote_address: remoteAddress,
    };
    // Under a name that anybody may give, an incident would be of nobody, and whoever counts accesses would add to what is counted.
    const isShown = isProven && status !== begunStatus;
    try {
      await trail.record(fact, isShown ? { door, action: rows < exportRowsMin ? 'list' : 'export', records: rows } : undefined);
    } catch (cause) {
      log.warn('an answer could not be written down in the audit, and is not given', { cause });
      throw exception(
        279,
        'ALL_CONNECTION_TRIES_FAILED',
        'Who reads patients is written down first, and the log has not said that it has it: ask again later',
      );
    }
  }
}
