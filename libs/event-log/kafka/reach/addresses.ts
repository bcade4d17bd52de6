// reach/: how brokers are reached, by which name and under whose, and what to say where they are not.
// It knows sockets and what brokers refuse, and nothing of topics or frames.

/**
 * An address of a broker as kafkajs takes it. It cuts `host:port` at the first colon, so that of `[2001:db8::5]:9092` there would be left `[2001`: colons between brackets are
 * written as bars, until a socket is made of them.
 */
export function seedOf(broker: string): string {
  return broker.replace(/^\[.*\]/, (host) => host.replaceAll(':', '|'));
}

/** The host to connect to, of one that `seedOf` has written or a broker has named. */
export function hostOf(host: string): string {
  return /^\[.*\]$/.test(host) ? host.slice(1, -1).replaceAll('|', ':') : host;
}
