import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { type SecretReach, weaknessOfBytes } from '#libs/runtime/secret-strength.js';
import { parseSecret } from './signature.js';

const nobodys = 'is an address that no receiver has (link-local, such as the metadata of a cloud, or none at all)';

/**
 * http or https, without a user and password: they would end up in logs, and the signature already proves who sends. Private addresses
 * are allowed, because a hospital's receivers are inside; addresses that nobody's receiver has, such as the metadata of a cloud, are not.
 */
export const receiverUrl = z
  .url({ protocol: /^https?$/ })
  .refine((text) => {
    const { username, password } = new URL(text);
    return !username && !password;
  }, 'must not hold a user or password; the receiver checks the signature instead')
  .refine((text) => !isNobodys(new URL(text).hostname), nobodys);

/** A name or an address by the same rule, for receivers that are not spoken to by HTTP. */
export const receiverHost = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,253}$/, 'must be a host name or an address')
  // Addresses have many spellings, which the parser of URLs knows: 2852039166 is 169.254.169.254.
  .refine((host) => !isNobodys(hostnameOf(host)), nobodys);

/** Whether nobody is between: `localhost` or an address of loopback, not a name that begins like one. */
export function isOnThisMachine(host: string): boolean {
  const bare = host.replaceAll(/[[\]]/g, '');
  return bare === 'localhost' || (isIP(bare) !== 0 && ipaddr.process(bare).range() === 'loopback');
}

function hostnameOf(host: string): string {
  const url = `http://${host.includes(':') ? `[${host}]` : host}/`;
  return URL.canParse(url) ? new URL(url).hostname : '0.0.0.0';
}

/** Addresses of the kind that names are resolved to, not names: those are the resolver's, and redirects are never followed. */
function isNobodys(host: string): boolean {
  const bare = host.replaceAll(/[[\]]/g, '');
  if (!ipaddr.isValid(bare)) return false;
  const address = ipaddr.process(bare);
  return ['linkLocal', 'unspecified', 'multicast', 'broadcast'].includes(address.range()) || address.toString() === metadataOfAws;
}

/** Of the unique local addresses, which a hospital may use itself. */
const metadataOfAws = 'fd00:ec2::254';

/** A `whsec_` secret as its bytes; refuses what can be guessed, and quotes nothing. */
export const signingSecret = (reach: SecretReach) =>
  z.string().transform((text, context) => {
    const bytes = parseSecret(text);
    const weakness = bytes && weaknessOfBytes(bytes, reach);
    if (bytes && !weakness) return bytes;
    context.addIssue(
      weakness
        ? `is ${weakness}; whoever guesses it can send false alerts: make one with echo "whsec_$(openssl rand -base64 32)"`
        : 'must be whsec_ and 16 to 64 bytes in base64',
    );
    return z.NEVER;
  });
