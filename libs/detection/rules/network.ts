import ipaddr from 'ipaddr.js';

export interface Network {
  readonly version: 4 | 6;
  /** First and last address. */
  readonly first: string;
  readonly last: string;
  readonly bits: number;
}

/** Reads `10.0.0.0/8` or `2001:db8::/32`; undefined when it is not a network, or when bits are set behind the mask. */
export function parseNetwork(cidr: string): Network | undefined {
  const [, address = '', bitsText = ''] = /^([0-9a-fA-F:.]+)\/(\d{1,3})$/.exec(cidr) ?? [];
  const bits = Number(bitsText);
  if (ipaddr.IPv4.isValidFourPartDecimal(address) && bits <= 32)
    return networkOf(4, ipaddr.IPv4.parse(address).toByteArray(), bits);
  if (address.includes(':') && ipaddr.IPv6.isValid(address) && bits <= 128)
    return networkOf(6, ipaddr.IPv6.parse(address).toByteArray(), bits);
  return undefined;
}

function networkOf(version: 4 | 6, bytes: readonly number[], bits: number): Network | undefined {
  const mask = bytes.map((_, index) => 255 & ~(255 >> Math.min(8, Math.max(0, bits - 8 * index))));
  if (bytes.some((byte, index) => (byte & ~(mask[index] ?? 0) & 255) !== 0)) return undefined;
  const last = bytes.map((byte, index) => byte | (~(mask[index] ?? 0) & 255));
  return { version, first: textOf(bytes), last: textOf(last), bits };
}

function textOf(bytes: readonly number[]): string {
  return ipaddr.fromByteArray([...bytes]).toString();
}

/** An IPv4 address written as IPv6 (`::ffff:10.0.0.1`) is that IPv4 address. */
export function withoutMapping(address: string): string {
  return address.replace(/^::[fF]{4}:(?=[0-9]+\.)/, '');
}
