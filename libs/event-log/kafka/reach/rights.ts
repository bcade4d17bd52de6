import { isError, messageOf } from '#libs/runtime/outcome.js';
import { tlsText } from './tls-texts.js';

/** A broker that does not know the name, or not with this password. */
const unknownName = 'KafkaJSSASLAuthenticationError';

/**
 * Whether a broker refuses because of who asks: a right that the principal lacks, or a name and password that do not fit. Somebody mends that at the brokers while services run
 * (rights are given after a topic is made, a password is changed there first, a broker that has just begun has not read its users yet), so that it is waited for as for brokers that are away.
 */
export function isForbidden(cause: unknown): boolean {
  return isError(cause) && (isMissingRight(cause) || cause.name === unknownName || isForbidden(cause.cause));
}

function isMissingRight(cause: Error): boolean {
  return 'type' in cause && String(cause.type).endsWith('_AUTHORIZATION_FAILED');
}

/** The message of a refusal, and who mends it how; `wanted` is what was to be done: `read vigie.care.v1 in the group g`. Where nothing was forbidden the message, and what to do where it is TLS that failed. */
export function forbiddenText(cause: unknown, wanted?: string): string {
  const message = messageOf(cause);
  if (!isForbidden(cause)) return tlsText(message);
  if (message.includes('OAUTHBEARER'))
    return `${message}: issuer, audience and keys that the listener asks for must be those of the token (KAFKA_OAUTH_TOKEN_URL, KAFKA_OAUTH_SCOPE)`;
  if (isUnknownName(cause))
    return `${message}: KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD are not those that the brokers know of this service`;
  return `${message}: the principal of this service lacks a right${wanted ? ` to ${wanted}` : ''}; 'vigie topics grant' gives every principal its rights`;
}

function isUnknownName(cause: unknown): boolean {
  return isError(cause) && (cause.name === unknownName || isUnknownName(cause.cause));
}
