import { BlockList, isIP } from 'node:net';

/** Whether an address, as a socket tells it, lies in one of the networks. */
export function isAmong(networks: BlockList, address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  const version = isIP(plain);
  return version !== 0 && networks.check(plain, version === 6 ? 'ipv6' : 'ipv4');
}

/** Addresses, and networks as `10.4.0.0/16`. */
export function networksOf(senders: readonly string[]): BlockList {
  const networks = new BlockList();
  for (const sender of senders) {
    const [address = '', bits] = sender.split('/');
    const kind = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) networks.addAddress(address, kind);
    else networks.addSubnet(address, Number(bits), kind);
  }
  return networks;
}
