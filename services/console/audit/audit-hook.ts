// audit/: who looked, written down before the answer goes out.
// What is not known to be written down is not shown.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RefusedLogins } from '#libs/audit/refused-logins.js';
import type { AuditTrail } from '#libs/audit/audit-trail.js';
import type { AuditFact } from '#libs/contracts/audit-row.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { refused, type Answer, type Shown } from '../answer/answer.js';
import type { Visitors } from '../session/visitors.js';
import { viaOf } from '../users/via.js';

export interface AuditTools {
  readonly trail: Pick<AuditTrail, 'record'>;
  readonly visitors: Pick<Visitors, 'of' | 'hasSession'>;
  readonly clock: Clock;
  readonly log: Log;
}

const nothing: Shown = { case_id: '', rows: 0 };

/**
 * Every answer passes here last, whoever made it: what goes to a user, and what refuses somebody (401, 403), is an audit row first. When that row
 * is not known to be durable, the answer is 503 and says nothing else.
 */
export class AuditHook {
  readonly #shown = new WeakMap<FastifyReply, Shown>();
  readonly #logins = new RefusedLogins();

  constructor(private readonly tools: AuditTools) {}

  /** Before the application listens. */
  install(fastify: FastifyInstance): void {
    fastify.addHook('onSend', (request, reply, payload) => this.#beforeSending(request, reply, payload));
  }

  /** What the answer to come shows; nothing where nobody says so. */
  shows(reply: FastifyReply, shown: Shown): void {
    this.#shown.set(reply, shown);
  }

  async #beforeSending(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
    const fact = this.#factOf(request, reply);
    const isRefused = fact.status === 401 || fact.status === 403 || (fact.status === 429 && knocks.test(fact.route));
    // Health and metrics, pages and totals, and what is answered to nobody, show nothing of a case.
    if (!isRefused && (fact.by === '' || showsNothing(fact))) return payload;
    const knock = fact.by === '' ? this.#logins.knock(this.tools.clock.now()) : 'refused';
    const status = knock === 'refused' ? fact.status : 429;
    if (knock !== 'more' && !(await this.#record({ ...fact, status }, this.#shown.get(reply)?.patients)))
      return fact.status === 503 ? payload : instead(reply, notWritten);
    return knock === 'refused' ? payload : instead(reply, tooMany);
  }

  #factOf(request: FastifyRequest, reply: FastifyReply): AuditFact {
    const { visitors, clock } = this.tools;
    const { patients: _patients, ...shown } = this.#shown.get(reply) ?? nothing;
    return {
      at: isoOf(clock.now()),
      by: (visitors.of(request.headers)?.id ?? '').toWellFormed(),
      via: viaOf(request.headers['vigie-via'] ?? (visitors.hasSession(request.headers) ? 'console' : undefined)),
      method: request.method,
      route: request.routeOptions.url ?? '',
      ...shown,
      status: reply.statusCode,
      remote_address: request.ip,
    };
  }

  async #record(fact: AuditFact, patients: Shown['patients']): Promise<boolean> {
    try {
      await this.tools.trail.record(fact, patients && { door: 'console', ...patients });
      return true;
    } catch (cause) {
      this.tools.log.warn('an answer could not be written down in the audit, and is not given', { cause });
      return false;
    }
  }
}

/** What a browser asks every few seconds as long as somebody looks on, runbooks, which are needed while the log is away too, and the pages themselves: no case is in it. */
const emptyRoutes = /^\/v1\/(me|summary|parts|feeds|dossier-labels|runbooks\/:name|rules\/:id\/runbook)$|^\/(?!v1\b|auth\b)./;

/** Where somebody says who they are: who tries too often is written down, too. */
const knocks = /^\/v1\/(login|confirm|setup)$/;

export function showsNothing({ route, status }: Pick<AuditFact, 'route' | 'status'>): boolean {
  return (emptyRoutes.test(route) || route === '/') && status < 400;
}

const notWritten = refused(
  503,
  'not_audited',
  'who looks is written down first, and the log has not said that it has it: ask again later, an action with the same Idempotency-Key',
);
const tooMany = refused(
  429,
  'too_many_refused',
  'too many logins were refused in this minute: ask again with the token of a user',
);

/** Another answer in the place of the one that was made, of which nothing stays. */
function instead(reply: FastifyReply, { status, body }: Answer): string {
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
  void reply.status(status).headers({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  return JSON.stringify(body);
}
