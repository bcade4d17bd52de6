import type { Reading } from '#libs/formats/input-format.js';

/** Who sends, and how what comes from there is read. */
export interface Source {
  readonly source: string;
  readonly groupId: string;
  /** Whose numbering bare patient identifiers are: `group`, `clinic`, or the name of an authority. */
  readonly authority: string;
  /** Unknown fields that are kept; `harmlessFields` where the source does not name any. */
  readonly extraFields?: readonly string[];
  readonly reading: Reading;
  /** Whether `/v1/events` takes records of any format from it; Vigie's own alone where it does not. */
  readonly detects: boolean;
}

/** How a source proves itself on an encrypted connection: by its certificate as a whole, or by a name that a trusted authority has signed. */
export type CertificateMatch =
  /** SHA-256 of the certificate, 64 hexadecimal digits in lower case. */
  | { readonly fingerprint: string }
  /** The common name of its subject, as it is written. */
  | { readonly subject: string };

/** A source with the doors by which it may come in, beside its tokens. */
export interface ConfiguredSource extends Source {
  readonly certificates: readonly CertificateMatch[];
  /** Names of listeners that take what this source sends without a certificate. */
  readonly listeners: readonly string[];
  /** Addresses and networks (`10.4.0.0/16`) from which it sends to those listeners; from anywhere where there are none. */
  readonly senders: readonly string[];
  /** A topic of Kafka with its raw records. */
  readonly topic?: string;
  /** A folder in which it lays files. */
  readonly folder?: string;
}

/** A socket that sources send to. */
export interface Listener {
  readonly name: string;
  readonly kind: 'syslog' | 'gelf';
  readonly transport: 'tcp' | 'tls' | 'udp';
  readonly host: string;
  readonly port: number;
  readonly tls?: ListenerTls;
  /** Addresses and networks of balancers, whose connections begin with a header of the PROXY protocol that says who has opened them. */
  readonly proxies: readonly string[];
}

/** Paths of PEM files. With `clientCa` a sender without a certificate that it has signed is turned away. */
export interface ListenerTls {
  readonly certificate: string;
  readonly key: string;
  readonly clientCa: string;
}
