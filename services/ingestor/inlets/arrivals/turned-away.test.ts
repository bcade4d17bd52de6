import { expect, it } from '@jest/globals';
import { Metrics } from '#libs/runtime/metrics.js';
import { silentLog } from '#libs/runtime/log.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { TurnedAway } from './turned-away.js';

it('whoever is turned away is told of once an hour for each address and reason, and counted every time', async () => {
  const told: (string | undefined)[] = [];
  const clock = new FakeClock();
  const metrics = new Metrics('ingestor');
  const log = { ...silentLog, warn: (_: string, fields?: { readonly address?: string }) => void told.push(fields?.address) };
  const turned = new TurnedAway('tls', { clock, log, metrics });
  for (let turn = 0; turn < 3; turn += 1) turned.note('bad_certificate', '10.4.2.17', 'it has expired');
  turned.note('bad_certificate', '10.4.2.18', 'it has expired');
  turned.note('bad_handshake', '10.4.2.17', 'it does not speak TLS');
  expect(told).toEqual(['10.4.2.17', '10.4.2.18', '10.4.2.17']);
  await clock.advance(3_600_001);
  turned.note('bad_certificate', '10.4.2.17', 'it has expired');
  expect(told).toHaveLength(4);
  expect(await metrics.registry.metrics()).toMatch(/vigie_inlet_dropped_total\{.*reason="bad_certificate".*\} 5\n/);
});
