import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { exception } from '../engine/exception.js';
import type { Identity } from '../run/query-runner.js';
import { header } from '../sql/request.js';

export interface Credentials {
  readonly servicesUser: string;
  readonly servicesPassword: string;
  /** Asked of everybody else when not empty. */
  readonly peoplePassword: string;
}

/** On whose behalf a request comes. Throws code 516 for a password that is not the user's. */
export function identityOf(message: IncomingMessage, url: URL, credentials: Credentials): Identity {
  const { user, password } = given(message, url);
  const isService = user === credentials.servicesUser;
  const wanted = isService ? credentials.servicesPassword : credentials.peoplePassword;
  if ((isService || wanted !== '') && !equal(password, wanted))
    throw exception(
      516,
      'AUTHENTICATION_FAILED',
      'Authentication failed: password is incorrect, or there is no user with such name',
    );
  return isService ? { role: 'services', owner: '' } : { role: 'people', owner: `${user}@${message.socket.remoteAddress ?? ''}` };
}

function given(message: IncomingMessage, url: URL): { readonly user: string; readonly password: string } {
  const basic = /^Basic (.+)$/i.exec(header(message, 'authorization') ?? '')?.[1];
  const pair = basic === undefined ? ':' : Buffer.from(basic, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return {
    user: header(message, 'x-clickhouse-user') ?? url.searchParams.get('user') ?? pair.slice(0, colon),
    password: header(message, 'x-clickhouse-key') ?? url.searchParams.get('password') ?? pair.slice(colon + 1),
  };
}

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
