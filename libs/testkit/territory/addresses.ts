import { mix } from '../hospital/random.js';
import { type Account, programs, roles, shiftOf } from './staff.js';
import { joiningSite } from './sites.js';

/** Servers of the farm on which everybody without a computer of their own works: hundreds of accounts on each. */
const farmServers = 5;

/** Where an account signs in from on a day: the farm, a ward's own computers, a cart that was given an address this morning, a desk, home, a pool of the VPN. */
export function addressOf(account: Account, site: number, day: number): string {
  const { role, number, ward } = account;
  const own = `10.${(account.site === joiningSite ? 172 : 30) + account.site}`;
  if (role === 'program') return `10.8.0.${10 + (programs as readonly string[]).indexOf(account.id)}`;
  const { by } = roles[role];
  if (by === 'farm')
    // One day in twelve from home, by an address of the pool.
    return mix(number, day, 3) % 12 === 0 && role !== 'secretary'
      ? vpn(number, day)
      : `10.60.4.${20 + (mix(number, day, 1) % farmServers)}`;
  if (by === 'vpn') return vpn(number, day);
  if (by === 'home') return `198.51.100.${20 + (number % 9)}`;
  if (by === 'ward') return `${own}.${10 + (ward?.number ?? 0)}.${20 + (mix(number, day, shiftOf(account, day)) % 3)}`;
  if (by === 'cart') return `10.${90 + site}.${mix(number, day, 2) % 2}.${10 + (mix(number, day, 5) % 200)}`;
  return `${own}.200.${10 + (number % 230)}`;
}

function vpn(number: number, day: number): string {
  return `10.250.1.${10 + (mix(number, day, 4) % 120)}`;
}
