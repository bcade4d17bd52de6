import { isIP } from 'node:net';

/** Where a process listens, and by which names it is known there. */
export interface OwnHosts {
  /** The address that it listens on. */
  readonly bound: string;
  /** Names besides `localhost`; undefined where none were said. */
  readonly names?: readonly string[] | undefined;
}

/**
 * Whether a request was meant for this process. A web page that has its own name point here (DNS rebinding) gives itself away by that name
 * in `Host`; an address, or `localhost`, can be nobody else's. Where names are said they are the only ones; where none are, a process behind
 * loopback has none, and behind another address they are the network's affair. A request without `Host` is none of a browser's.
 */
export function isOwnHost(host: string | undefined, { bound, names }: OwnHosts): boolean {
  if (host === undefined || (names === undefined && !isLoopback(bound))) return true;
  const name = host
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1');
  if (name === 'localhost' || name === bound.toLowerCase() || isIP(name) !== 0) return true;
  return names?.some((own) => own.toLowerCase() === name) ?? false;
}

/** Whether nothing but this machine reaches what listens there. */
export function isLoopback(bound: string): boolean {
  return bound === 'localhost' || bound === '::1' || (isIP(bound) === 4 && bound.startsWith('127.'));
}
