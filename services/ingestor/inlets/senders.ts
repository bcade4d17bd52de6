import type { BlockList } from 'node:net';
import type { ConfiguredSource } from '#libs/sources/source.js';
import { isAmong, networksOf } from './arrivals/networks.js';

/** What a certificate of a sender says; an authority that the listener trusts has signed it. */
export interface SenderCertificate {
  /** SHA-256, hexadecimal, with or without colons. */
  readonly fingerprint: string;
  readonly commonName: string | undefined;
}

/** Whose certificate it is: a fingerprint that is named goes before a name. */
export function sourceOfCertificate(
  sources: readonly ConfiguredSource[],
  { fingerprint, commonName }: SenderCertificate,
): ConfiguredSource | undefined {
  const digits = fingerprint.replaceAll(':', '').toLowerCase();
  const by = (fits: (match: ConfiguredSource['certificates'][number]) => boolean) =>
    sources.find(({ certificates }) => certificates.some(fits));
  return (
    by((match) => 'fingerprint' in match && match.fingerprint === digits) ??
    by((match) => 'subject' in match && match.subject === commonName)
  );
}

/** Who sends to a listener from an address: a source that names the address goes before one that names none. */
export class SendersByAddress {
  readonly #named: readonly { readonly source: ConfiguredSource; readonly networks: BlockList }[];
  readonly #anybody: ConfiguredSource | undefined;

  constructor(sources: readonly ConfiguredSource[], listener: string) {
    const own = sources.filter(({ listeners }) => listeners.includes(listener));
    this.#named = own.filter(({ senders }) => senders.length).map((source) => ({ source, networks: networksOf(source.senders) }));
    this.#anybody = own.find(({ senders }) => !senders.length);
  }

  sourceOf(address: string): ConfiguredSource | undefined {
    return this.#named.find(({ networks }) => isAmong(networks, address))?.source ?? this.#anybody;
  }
}
