/** An address without brackets, and with no port behind it; a zone stays where it is. Names of hosts are none. */
function bareAddressOf(text: string): string | undefined {
  const bare = text.replace(/^\[([0-9a-f:.%\w]+)\](?::\d+)?$/i, '$1').replace(/^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/, '$1');
  const isAddress = bare.length <= 64 && /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]+(?:%\w+)?)$/i.test(bare);
  return isAddress ? bare : undefined;
}

/** An IPv4 address in IPv6's clothes, as the standard writes it: `::ffff:a04:211`. */
const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/**
 * The one way in which rows write an address, since accounts of one address are counted together: without brackets and port, IPv6 as RFC 5952 has it, an IPv4 address that a socket of
 * both kinds tells as `::ffff:10.4.2.17` as that, its numbers without zeros in front, as networks of rules take them. Undefined for what is no address.
 */
export function addressOf(text: string): string | undefined {
  const bare = bareAddressOf(text.trim());
  if (bare === undefined) return undefined;
  if (!bare.includes(':')) return fourOf(bare);
  // Link-local addresses are of the interface that stands behind them, and no URL takes it.
  const zoneAt = bare.indexOf('%');
  if (zoneAt >= 0) {
    const address = addressOf(bare.slice(0, zoneAt));
    return address?.includes(':') ? `${address}${bare.slice(zoneAt)}` : address;
  }
  const url = `http://[${bare}]`;
  if (!URL.canParse(url)) return undefined;
  const six = new URL(url).hostname.slice(1, -1);
  const [, high, low] = mapped.exec(six) ?? [];
  if (high === undefined || low === undefined) return six;
  const word = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((bits) => (word >>> bits) & 255).join('.');
}

function fourOf(text: string): string | undefined {
  const numbers = text.split('.').map(Number);
  return numbers.every((number) => number < 256) ? numbers.join('.') : undefined;
}
