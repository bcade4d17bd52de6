import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { commandHeader } from '#libs/access-store/clickhouse/services-credential.js';
import { exception } from '../engine/exception.js';
import type { Asker, Identity } from '../run/who-asks.js';
import { header } from '../sql/request.js';

/** Who of the people may ask: everybody, with a password that they share where it is not empty; those who are named, each with their own; nobody. */
export type People =
  | { readonly kind: 'everybody'; readonly password: string }
  /** SHA-256 of passwords by name. */
  | { readonly kind: 'named'; readonly digests: ReadonlyMap<string, Buffer> }
  | { readonly kind: 'nobody' };

export interface Credentials {
  readonly servicesUser: string;
  readonly servicesPassword: string;
  readonly people: People;
  /** Passwords of services and tasks that have rights of their own, by their names; all services are one user where there are none. */
  readonly named?: ReadonlyMap<string, string>;
}

/** Somebody who says no name, or ClickHouse's own for that. */
const nameless = 'unnamed';

/** On whose behalf a request comes. Throws code 516 for a password that is not the user's. */
export function identityOf(
  message: IncomingMessage,
  url: URL,
  { servicesUser, servicesPassword, people, named }: Credentials,
): Identity {
  const { user, password } = given(message, url);
  const own = named?.get(user);
  const isService = user === servicesUser || own !== undefined;
  if (isService ? !equal(password, own ?? servicesPassword) : !isOneOf(people, user, password))
    throw exception(
      516,
      'AUTHENTICATION_FAILED',
      'Authentication failed: password is incorrect, or there is no user with such name',
    );
  if (!isService)
    return {
      role: 'people',
      owner: `${user}@${message.socket.remoteAddress ?? ''}`,
      asker: { ...askerOf(message, user, 'clickhouse'), isProven: people.kind === 'named' },
    };
  const command = header(message, commandHeader);
  return {
    role: 'services',
    owner: '',
    ...(own !== undefined && { name: user }),
    ...(command !== undefined && { asker: { ...askerOf(message, command, 'cli'), isProven: true } }),
  };
}

/** Who was not let in is nobody. */
export function nobodyOf(message: IncomingMessage): Asker {
  return { by: '', isProven: false, door: 'clickhouse', remoteAddress: message.socket.remoteAddress ?? '' };
}

function askerOf(message: IncomingMessage, name: string, door: Asker['door']): Asker {
  const by = name === '' || name === 'default' ? nameless : name.toWellFormed().slice(0, 200);
  return { ...nobodyOf(message), by, door };
}

function isOneOf(people: People, user: string, password: string): boolean {
  switch (people.kind) {
    case 'nobody':
      return false;
    case 'everybody':
      return people.password === '' || equal(password, people.password);
    case 'named': {
      const digest = createHash('sha256').update(password).digest();
      return timingSafeEqual(digest, people.digests.get(user) ?? Buffer.alloc(digest.length));
    }
  }
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
