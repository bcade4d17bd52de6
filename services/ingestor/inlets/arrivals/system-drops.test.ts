import { expect, it } from '@jest/globals';
import { dropsIn, SystemDrops } from './system-drops.js';

const line = (port: string, drops: number) =>
  ` 1406: 0100007F:${port} 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1266777 2 000000009c33c269 ${drops}`;
const heading =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops';

it('drops of a port are those of all of its sockets', () => {
  const table = `${[heading, line('0202', 3), line('0203', 5), line('0202', 4)].join('\n')}\n`;
  expect(dropsIn(table, 514)).toBe(7);
  expect(dropsIn(table, 2055)).toBe(0);
});

it('are counted from one look to the next, and anew where the socket is another one', () => {
  const drops = [3, 10, 10, 2];
  const system = new SystemDrops(514, (path) => (path.endsWith('udp') ? line('0202', drops.shift() ?? 0) : line('0202', 0)));
  expect([system.since(), system.since(), system.since(), system.since()]).toEqual([3, 7, 0, 2]);
});

it('are none where the system does not say', () => {
  const system = new SystemDrops(514, () => {
    throw new Error('ENOENT');
  });
  expect(system.since()).toBe(0);
});
