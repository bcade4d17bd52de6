import { isLoopback, isOwnHost, type OwnHosts } from '#libs/runtime/host-check.js';
import { type Answer, refused } from '../answer/answer.js';

/**
 * Keeps web pages of others from asking by somebody's browser: a name in `Host` that is not Vigie's (DNS rebinding), or an `Origin` of another
 * site. Clients that are no browsers send no `Origin`.
 */
export function foreignAnswer(host: string | undefined, origin: string | undefined, own: OwnHosts): Answer | undefined {
  const { bound, names = [] } = own;
  if (!isOwnHost(host, { bound, names }))
    return refused(
      403,
      'foreign_host',
      'the request names another host than this one: VIGIE_HOSTS says by which names assistants come',
    );
  if (origin === undefined || isOwnOrigin(origin, { bound, names })) return undefined;
  return refused(
    403,
    'foreign_origin',
    'a page of another site asked: assistants are answered from the hosts of VIGIE_HOSTS and from this machine only',
  );
}

/** By name: an address in `Origin` may be anybody's, unless it is this machine's or the one that is listened on. */
function isOwnOrigin(origin: string, { bound, names = [] }: OwnHosts): boolean {
  if (!URL.canParse(origin)) return false;
  const name = new URL(origin).hostname.replace(/^\[(.*)\]$/, '$1');
  return isLoopback(name) || name === bound.toLowerCase() || names.some((own) => own.toLowerCase() === name);
}
