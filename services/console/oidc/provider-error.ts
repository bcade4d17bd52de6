import { printable } from '#libs/contracts/visible-text.js';
import { codeOf, isError, messageOf } from '#libs/runtime/outcome.js';

/** Characters of what a provider says that are written down. */
const saidMax = 300;

/**
 * Why the identity provider was not understood, for who runs the console: what the library found, what that came from (a claim, an address, a
 * certificate), and what the provider said itself. No token, code or secret is in it.
 */
export function reasonOf(cause: unknown): string {
  const parts: string[] = [];
  for (let at = cause, depth = 0; isError(at) && depth < 4; at = at.cause, depth += 1) {
    const code = codeOf(at);
    parts.push(code === undefined || code.startsWith('OAUTH_') ? messageOf(at) : `${messageOf(at)} (${code})`);
    parts.push(...detailsOf(at));
  }
  const said = parts.length === 0 ? messageOf(cause) : [...new Set(parts)].join(': ');
  return printable(said).slice(0, saidMax);
}

/** What is beside the message: words of the protocol, and names. */
function detailsOf(error: Error): readonly string[] {
  const found: string[] = [];
  if ('error' in error && typeof error.error === 'string') found.push(error.error);
  if ('error_description' in error && typeof error.error_description === 'string') found.push(error.error_description);
  if ('status' in error && typeof error.status === 'number') found.push(`status ${error.status}`);
  const { cause } = error;
  // Of a challenge in a header (RFC 6750, section 3).
  for (const challenge of Array.isArray(cause) ? (cause as readonly unknown[]) : [])
    if (isRecord(challenge) && isRecord(challenge['parameters']))
      for (const name of ['error', 'error_description'])
        if (typeof challenge['parameters'][name] === 'string') found.push(challenge['parameters'][name]);
  if (!isRecord(cause)) return found;
  if (typeof cause['status'] === 'number' && typeof cause['url'] === 'string')
    found.push(`status ${cause['status']} of ${URL.parse(cause['url'])?.pathname}`);
  if (cause['attribute'] === 'issuer' && isRecord(cause['body']))
    found.push(`it says that its issuer is ${String(cause['body']['issuer'])}: give VIGIE_OIDC_ISSUER that very text`);
  for (const name of ['claim', 'attribute']) if (typeof cause[name] === 'string') found.push(`${name} ${cause[name]}`);
  // The secret of a client is no key of the provider: both could have made such a token.
  if (typeof cause['alg'] === 'string' && cause['alg'].startsWith('HS'))
    found.push(`signed by ${cause['alg']}, with the secret of the client: let it sign with a key of its own, RS256 or ES256`);
  if (isRecord(cause['header']) && typeof cause['header']['alg'] === 'string') found.push(`signed by ${cause['header']['alg']}`);
  return found;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
