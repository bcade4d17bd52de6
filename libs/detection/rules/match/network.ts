/** Addresses from `first` to `last`, as 32 bits of an IPv4 address or 128 of an IPv6 one. */
export interface Network {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** An address of IPv6 that stands for an IPv4 one: `::ffff:0:0/96`. */
const mappedPrefix = 0xffffn;
const mappedBits = 96;

/**
 * Reads `10.0.0.0/8` or `2001:db8::/32`; undefined when it is not a network, or when bits are set behind the mask. A network of mapped
 * addresses (`::ffff:10.0.0.0/104`) is the IPv4 network that it stands for, as the addresses are.
 */
export function parseNetwork(cidr: string): Network | undefined {
  const [, text = '', bitsText = ''] = /^([0-9a-fA-F:.]+)\/(\d{1,3})$/.exec(cidr) ?? [];
  const bits = Number(bitsText);
  const four = fourOf(text, strictOctet);
  if (four !== undefined) return networkOf(4, four, bits);
  const six = sixOf(text);
  if (six === undefined) return undefined;
  if (six >> 32n === mappedPrefix && bits >= mappedBits) return networkOf(4, six & 0xffffffffn, bits - mappedBits);
  return networkOf(6, six, bits);
}

function networkOf(version: 4 | 6, address: bigint, bits: number): Network | undefined {
  const width = version === 4 ? 32 : 128;
  if (bits > width) return undefined;
  const behind = (1n << BigInt(width - bits)) - 1n;
  return (address & behind) === 0n ? { version, first: address, last: address | behind } : undefined;
}

/** Whether the text is an address in the network. An IPv4 address is one however it is written, and is in no IPv6 network. */
export function isIn({ version, first, last }: Network, text: string): boolean {
  const four = fourOf(text, strictOctet);
  const six = four === undefined ? sixOf(text) : undefined;
  const mapped = six !== undefined && six >> 32n === mappedPrefix ? six & 0xffffffffn : undefined;
  const address = version === 4 ? (four ?? mapped) : mapped === undefined ? six : undefined;
  return address !== undefined && address >= first && address <= last;
}

/** Whether the text is an address of either kind. */
export function isAddress(text: string): boolean {
  return fourOf(text, strictOctet) !== undefined || sixOf(text) !== undefined;
}

/** IPv6 as text of eight groups, an IPv4 address as the mapped one: a form that every reader takes. */
export function asSix(version: 4 | 6, address: bigint): string {
  const whole = version === 4 ? (mappedPrefix << 32n) | address : address;
  return Array.from({ length: 8 }, (_, group) => ((whole >> BigInt(16 * (7 - group))) & 0xffffn).toString(16)).join(':');
}

const strictOctet = /^(?:0|[1-9]\d{0,2})$/;
/** Behind the groups of IPv6 ClickHouse reads leading zeros, as decimal. */
const looseOctet = /^\d{1,3}$/;

/** Four decimal octets; undefined when it is no IPv4 address. */
function fourOf(text: string, octet: RegExp): bigint | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || octets.some((one) => !octet.test(one) || Number(one) > 255)) return undefined;
  return octets.reduce((address, one) => (address << 8n) | BigInt(one), 0n);
}

/** As ClickHouse reads it, since the list of an incident is made there: groups of one to four digits, `::` once, four octets at the end. */
function sixOf(text: string): bigint | undefined {
  const [before = '', after, more] = text.split('::');
  if (more !== undefined) return undefined;
  if (after === undefined) {
    const groups = groupsOf(before, true);
    return groups?.length === 8 ? joined(groups) : undefined;
  }
  const front = groupsOf(before, false);
  const back = groupsOf(after, true);
  if (!front || !back || front.length + back.length > (back.length === 0 ? 7 : 8)) return undefined;
  const between = Array.from({ length: 8 - front.length - back.length }, () => 0n);
  return joined([...front, ...between, ...back]);
}

function joined(groups: readonly bigint[]): bigint {
  return groups.reduce((address, group) => (address << 16n) | group, 0n);
}

/** Groups of 16 bits; where they end the address, four octets may stand for the last two. */
function groupsOf(text: string, ends: boolean): readonly bigint[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const four = ends ? fourOf(parts.at(-1) ?? '', looseOctet) : undefined;
  const hex = four === undefined ? parts : parts.slice(0, -1);
  if (hex.some((part) => !/^[0-9a-fA-F]{1,4}$/.test(part))) return undefined;
  return [...hex.map((part) => BigInt(`0x${part}`)), ...(four === undefined ? [] : [four >> 16n, four & 0xffffn])];
}
