/** What a failed connection names: a host that is none, or an address that nobody listens at. */
const failed = /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT) ([\w.:-]+)/;

/**
 * Brokers are asked at the addresses that were given, and answer with the names under which they are to be reached from then on. What to say where such a name,
 * which nobody gave, is what cannot be reached; undefined where it may be one of those that were given. An address may be what a given name resolves to, so that
 * there the port must be another one, or the address this machine itself.
 */
export function reachHint(message: string, given: readonly string[]): string | undefined {
  // So ends a client that speaks without TLS or without a name where brokers ask for them; brokers that end say the same once.
  if (message.endsWith(': Closed connection'))
    return 'where it stays so, KAFKA_TLS and KAFKA_SASL_MECHANISM, _USERNAME and _PASSWORD are not what the listener asks for';
  const name = failed.exec(message)?.[1];
  if (name === undefined) return undefined;
  const plain = given.map((one) => one.replace(/^\[(.*)\]/, '$1'));
  const hosts = plain.map((one) => one.replace(/:\d+$/, ''));
  if (plain.includes(name) || hosts.includes(name)) return undefined;
  const address = /^([\d.]+|[\da-f:]+):(\d+)$/.exec(name);
  const isOwn = address?.[1] === '127.0.0.1' || address?.[1] === '::1';
  if (
    address &&
    (isOwn ? hosts.includes('localhost') : given.some((one) => one.endsWith(`:${address[2]}`) && !isPlainAddress(one)))
  )
    return undefined;
  return `a broker says that it is to be reached as ${name}, which is not in KAFKA_BROKERS and cannot be reached from here: set its advertised.listeners to a name and port that this machine reaches, or take another of its listeners`;
}

function isPlainAddress(broker: string): boolean {
  return /^(?:[\d.]+|\[[\da-f:.]+\]):\d+$/i.test(broker);
}
