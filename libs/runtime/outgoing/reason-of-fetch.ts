/** Causes that one error has at most. */
const depthMax = 4;

/**
 * `fetch failed` says nothing, and so does the `Request was cancelled` below it where a proxy to the outside refuses: the reason (refused, reset, unknown
 * name, the proxy's status) is the innermost. An error of types without one is of a request that could not be made, and quotes its headers or its
 * address, which may be secrets.
 */
export function reasonOfFetch(cause: unknown): string {
  let inner: string | undefined;
  for (let at = causeIn(cause), depth = 0; at !== undefined && depth < depthMax; at = causeIn(at), depth += 1)
    inner = messageIn(at) ?? messageIn(firstOf(at)) ?? inner;
  if (inner === undefined && isTypeError(cause)) return 'the request could not be made: look at the address and the headers';
  return inner ?? messageIn(cause) ?? 'no answer';
}

/** By its name: the client's errors may be of another realm than ours. */
function isTypeError(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'name' in value && value.name === 'TypeError';
}

function causeIn(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'cause' in value ? value.cause : undefined;
}

/** Where a name has several addresses, an error without a message holds one of each. */
function firstOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'errors' in value && Array.isArray(value.errors)
    ? (value.errors[0] as unknown)
    : undefined;
}

function messageIn(value: unknown): string | undefined {
  const message = typeof value === 'object' && value !== null && 'message' in value ? value.message : undefined;
  return typeof message === 'string' && message !== '' ? message : undefined;
}
