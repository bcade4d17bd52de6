const four = /^(?:::ffff:)?((?:\d{1,3}\.){3})\d{1,3}$/i;
const six = /^[0-9a-f:]{2,39}$/i;

/** The network of an address, `192.0.2.0/24` or `2001:db8:1::/48`; empty for what is no address. An IPv4 address in IPv6's clothes is one of IPv4. */
export function networkOf(address: string): string {
  const [, inner] = four.exec(address) ?? [];
  if (inner !== undefined) return inner.split('.').every((part) => Number(part) < 256) ? `${inner}0/24` : '';
  const [head = ''] = address.split('%');
  if (!six.test(head) || !head.includes(':')) return '';
  const [before = '', behind, ...more] = head.split('::');
  const left = before === '' ? [] : before.split(':');
  const right = behind === undefined || behind === '' ? [] : behind.split(':');
  const missing = behind === undefined ? 0 : 8 - left.length - right.length;
  const words = [...left, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...right];
  if (more.length > 0 || words.length !== 8 || !words.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return '';
  return `${words
    .slice(0, 3)
    .map((word) => Number.parseInt(word, 16).toString(16))
    .join(':')}::/48`;
}
