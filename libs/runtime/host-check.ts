import { isIP } from 'node:net';

/**
 * Whether a request that reached a process on loopback was meant for it. A web page that has its own name point to this machine (DNS
 * rebinding) gives itself away by that name in `Host`; an address, or `localhost`, can be nobody else's. `bound` is the address that the
 * process listens on: behind another than loopback, names are the network's affair. A request without `Host` is none of a browser's.
 */
export function isOwnHost(host: string | undefined, bound: string): boolean {
  if (host === undefined || !isLoopback(bound)) return true;
  const name = host
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === bound.toLowerCase() || isIP(name) !== 0;
}

/** Whether nothing but this machine reaches what listens there. */
export function isLoopback(bound: string): boolean {
  return bound === 'localhost' || bound === '::1' || bound.startsWith('127.');
}
