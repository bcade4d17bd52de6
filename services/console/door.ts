import { HttpException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Transient } from '#libs/runtime/outcome.js';
import { type Answer, refused } from './answer/answer.js';
import type { AuditHook } from './audit/audit-hook.js';
import type { Visitors } from './session/visitors.js';
import type { User } from './users/users.js';

export type Given = Readonly<Record<string, string | undefined>>;

/** What every request of a user passes first, and every answer to one last. */
export class Door {
  constructor(
    private readonly tools: {
      readonly visitors: Pick<Visitors, 'of' | 'confirmedUntil' | 'stands'>;
      readonly audit: Pick<AuditHook, 'shows'>;
      /** Why cases may lack something. */
      readonly behind: () => string | undefined;
    },
  ) {}

  /** Who asks for what no case is in. Throws 401. */
  somebody(headers: Given, reply: FastifyReply): User {
    const user = this.tools.visitors.of(headers);
    if (user) return user;
    void reply.header('www-authenticate', 'Bearer');
    throw thrown(refused(401, 'no_user', 'give the token of a user: Authorization: Bearer ...'));
  }

  /** Throws 401, and 503 while what people did is not all read: an old state of a case would be shown as its present one. */
  userOf(headers: Given, reply: FastifyReply): User {
    const user = this.somebody(headers, reply);
    const behind = this.tools.behind();
    if (behind !== undefined) throw thrown(refused(503, 'not_ready', `this console is still reading the log: ${behind}`));
    return user;
  }

  /** Until when who asks has proved who they are, in milliseconds; undefined for who does with each request. */
  confirmedUntil(headers: Given): number | undefined {
    return this.tools.visitors.confirmedUntil(headers);
  }

  /** Whether a long answer to them may go on, asked again and again. */
  stands(headers: Given): () => boolean {
    return this.tools.visitors.stands(headers);
  }

  send(reply: FastifyReply, { status, body, location, shows }: Answer): object {
    if (shows) this.tools.audit.shows(reply, shows);
    void reply.status(status).header('cache-control', 'no-store');
    if (location !== undefined) void reply.header('location', location);
    return body;
  }
}

/** An answer that the store is asked for; 503 while it does not answer. */
export async function fromStore<T>(ask: () => Promise<T>): Promise<T | Answer> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof Transient)) throw cause;
    return refused(503, 'store_away', 'the store does not answer: ask again later');
  }
}

function thrown({ status, body }: Answer): HttpException {
  return new HttpException(body, status);
}
