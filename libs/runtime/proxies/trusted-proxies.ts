// proxies/: who asks, where proxies stand before a service.
// What they say of it counts only as far as they are named.
import type { IncomingMessage, Server } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** `10.0.0.5, 10.1.0.0/16` as a list: addresses and networks of proxies whose `X-Forwarded-For` is believed. */
export function trustedProxies() {
  return z.string().transform((text, context) => {
    const given = text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
    for (const one of given)
      if (!ipaddr.isValid(one) && !ipaddr.isValidCIDR(one)) {
        context.addIssue('must hold addresses and networks of proxies, separated by commas: 10.0.0.5, 10.1.0.0/16');
        return z.NEVER;
      }
    return given;
  });
}

/**
 * A server that takes for the address of a request the last one in `X-Forwarded-For` that is none of these proxies, and of the connection where it does
 * not come from one of them. Some proxies write ports behind addresses, which are taken away: each request would be from another address.
 */
export function behindProxies(proxies: readonly string[] | undefined): FastifyAdapter {
  if (!proxies || proxies.length === 0) return new FastifyAdapter();
  const adapter = new FastifyAdapter({ trustProxy: [...proxies] });
  const server: Server = adapter.getInstance().server;
  server.prependListener('request', ({ headers }: IncomingMessage) => {
    const chain = headers['x-forwarded-for'];
    if (chain !== undefined) headers['x-forwarded-for'] = [chain].flat().join(',').split(',').map(withoutPort).join(', ');
  });
  return adapter;
}

function withoutPort(text: string): string {
  const given = text.trim();
  return /^(\d+(?:\.\d+){3}):\d+$/.exec(given)?.[1] ?? /^\[([\da-f:.]+)\](?::\d+)?$/i.exec(given)?.[1] ?? given;
}
