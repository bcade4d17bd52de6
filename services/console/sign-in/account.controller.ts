// sign-in/: the doors by which people come in and prove again who they are.
// Each writes a session; whether it is believed is decided below.

import type { IncomingHttpHeaders } from 'node:http';
import { Controller, Headers, HttpCode, Inject, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Clock } from '#libs/runtime/clock.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import { Accounts } from '../accounts/accounts.js';
import { type Answer, refused } from '../answer/answer.js';
import { Visitors } from '../session/visitors.js';

const noAccount = refused(401, 'no_account', 'nobody is logged in here by an account with a password');
const confirmFirst = refused(403, 'confirm_first', 'say again who you are, which holds for five minutes: POST /v1/confirm');
const noCode = refused(422, 'no_code', 'recovery codes take the place of a code of the phone, and this account has none');

/** What somebody with an account does with it themselves. */
@Controller('v1/account')
export class AccountController {
  constructor(
    @Inject(Accounts) private readonly accounts: Accounts | undefined,
    @Inject(Visitors) private readonly visitors: Visitors,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Ends every session of theirs, this one too. */
  @Post('end-sessions')
  @HttpCode(200)
  endSessions(@Headers() headers: IncomingHttpHeaders, @Res({ passthrough: true }) reply: FastifyReply): object {
    return this.#answer(headers, reply, (accounts, id) => {
      accounts.endSessions(id);
      return { status: 200, body: { user: null } };
    });
  }

  /** Ten codes in the place of those that are left. */
  @Post('recovery-codes')
  @HttpCode(200)
  recoveryCodes(@Headers() headers: IncomingHttpHeaders, @Res({ passthrough: true }) reply: FastifyReply): object {
    return this.#answer(headers, reply, (accounts, id) => {
      if (this.clock.now() >= (this.visitors.confirmedUntil(headers) ?? 0)) return confirmFirst;
      const codes = accounts.renewRecovery(id);
      return codes ? { status: 200, body: { recovery_codes: codes } } : noCode;
    });
  }

  #answer(headers: IncomingHttpHeaders, reply: FastifyReply, act: (accounts: Accounts, id: string) => Answer): object {
    const session = this.visitors.sessionOf(headers);
    const { status, body } = this.accounts && session?.how === 'password' ? act(this.accounts, session.user) : noAccount;
    void reply.status(status).header('cache-control', 'no-store');
    return body;
  }
}
