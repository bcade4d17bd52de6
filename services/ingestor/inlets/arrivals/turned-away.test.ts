import { expect, it } from '@jest/globals';
import { Metrics } from '#libs/runtime/metrics.js';
import { silentLog } from '#libs/runtime/log.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { TurnedAway } from './turned-away.js';

function turningAway() {
  const told: (string | undefined)[] = [];
  const clock = new FakeClock();
  const metrics = new Metrics('ingestor');
  const log = { ...silentLog, warn: (_: string, fields?: { readonly address?: string }) => void told.push(fields?.address) };
  return { told, clock, metrics, turned: new TurnedAway('tls', { clock, log, metrics }) };
}

it('whoever is turned away is told of once an hour for each address and reason, and counted every time', async () => {
  const { told, clock, metrics, turned } = turningAway();
  for (let turn = 0; turn < 3; turn += 1) turned.note('bad_certificate', '10.4.2.17', 'it has expired');
  turned.note('bad_certificate', '10.4.2.18', 'it has expired');
  turned.note('bad_handshake', '10.4.2.17', 'it does not speak TLS');
  expect(told).toEqual(['10.4.2.17', '10.4.2.18', '10.4.2.17']);
  await clock.advance(3_600_001);
  turned.note('bad_certificate', '10.4.2.17', 'it has expired');
  expect(told).toHaveLength(4);
  expect(await metrics.registry.metrics()).toMatch(/vigie_inlet_dropped_total\{.*reason="bad_certificate".*\} 5\n/);
});

it('many addresses fill no log: so many are told of in an hour, and others again in the next', async () => {
  const { told, clock, turned } = turningAway();
  const flood = (network: number) => {
    for (let host = 0; host < 3000; host += 1) turned.note('unknown_sender', `10.${network}.${host}`, 'nobody');
  };
  flood(1);
  expect(told).toHaveLength(1024);
  await clock.advance(3_600_001);
  flood(2);
  expect(told).toHaveLength(2048);
});
