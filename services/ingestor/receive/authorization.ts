import type { IncomingHttpHeaders } from 'node:http';

/** Of a header; two base64 texts of tokens fit. */
const credentialLengthMax = 2048;

/**
 * The tokens that an `Authorization` header may carry, best first, whatever the sender calls its scheme: `Bearer` and `Splunk` have the
 * token itself, `ApiKey` the token or the base64 of `name:token`, `Basic` the base64 of `name:token`. Undefined where there is none.
 */
export function tokensIn(authorization: string | undefined): readonly string[] | undefined {
  const [, scheme = '', credential = ''] = /^(Bearer|Splunk|ApiKey|Basic) +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (!credential || credential.length > credentialLengthMax) return undefined;
  switch (scheme.toLowerCase()) {
    case 'basic':
      return behindName(credential);
    case 'apikey':
      return [credential, ...behindName(credential)];
    default:
      return [credential];
  }
}

/** The token as Amazon Data Firehose sends it, which knows no other header. */
export function keyOfFirehose(headers: IncomingHttpHeaders): readonly string[] | undefined {
  const key = headers['x-amz-firehose-access-key'];
  return typeof key === 'string' && key && key.length <= credentialLengthMax ? [key] : undefined;
}

function behindName(base64: string): readonly string[] {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 || colon === text.length - 1 ? [] : [text.slice(colon + 1)];
}
