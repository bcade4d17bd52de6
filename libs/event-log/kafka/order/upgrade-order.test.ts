import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import kafkajs from 'kafkajs';
import { services, type ServiceName } from '#libs/contracts/vocabulary.js';
import { isForbidden } from '../reach/rights.js';
import { clientNameOf, type Runs, runsOf, waitsFor } from './upgrade-order.js';

const { KafkaJSProtocolError } = kafkajs;

describe('the order of an upgrade', () => {
  it.each([
    [
      'forbidden',
      new KafkaJSProtocolError({ name: 'refused', message: 'Not authorized', type: 'GROUP_AUTHORIZATION_FAILED' } as never),
      true,
    ],
    [
      'forbidden, by what wraps it',
      new Error('asked in vain', { cause: new KafkaJSProtocolError({ type: 'CLUSTER_AUTHORIZATION_FAILED' } as never) }),
      true,
    ],
    ['late', new KafkaJSProtocolError({ type: 'REQUEST_TIMED_OUT' } as never), false],
    ['away', new Error('ECONNREFUSED'), false],
  ])('of groups at which a look is %s is waited for or not', (_what, cause, expected) => {
    expect(isForbidden(cause)).toBe(expected);
  });

  it.each([
    ['vigie-scorer-w3-17-0a1b2c3d', { service: 'scorer', level: 3 }],
    ['vigie-ingestor-w12-17-0a1b2c3d', { service: 'ingestor', level: 12 }],
    // Of a version before there were levels.
    ['vigie-console-4711-0a1b2c3d', { service: 'console', level: 0 }],
    ['vigie-topics-17-0a1b2c3d', undefined],
    ['kafka-ui', undefined],
  ])('reads the client id %s', (clientId, expected) => {
    expect(runsOf(clientId)).toEqual(expected);
  });

  it.each(services.map((service) => [service] as const))('%s calls itself what is read', (service) => {
    expect(runsOf(`${clientNameOf({ service, level: 7 })}-17-0a1b2c3d`)).toEqual({ service, level: 7 });
  });

  it('replaces archivers, consoles and notifiers, then scorers, then ingestors, when all are started at once', () => {
    expect(replaced(1, 2)).toEqual([['archiver', 'console', 'notifier'], ['scorer'], ['ingestor']]);
  });

  it('goes back in the other order', () => {
    expect(replaced(2, 1)).toEqual([['ingestor'], ['scorer'], ['archiver', 'console', 'notifier']]);
  });

  it('lets all begin at once within one level', () => {
    expect(replaced(2, 2)).toEqual([['archiver', 'console', 'ingestor', 'notifier', 'scorer']]);
  });

  it('never lets a reader begin beside writers of a higher level, nor a writer beside readers of a lower one, and ends, whatever runs', () => {
    const runs = fc.record({ service: fc.constantFrom(...services), level: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(runs, { maxLength: 12 }), fc.nat(3), (running, level) => {
        // Whatever is there is replaced by processes of one level.
        let left: readonly Runs[] = running;
        for (let rounds = 0; left.some((one) => one.level !== level); rounds += 1) {
          if (rounds > services.length) throw new Error(`nobody begins: ${JSON.stringify(left)}`);
          const free = services.filter((service) => waitsFor({ service, level }, left).length === 0);
          left = left.map((one) => (free.includes(one.service) ? { ...one, level } : one));
        }
      }),
    );
  });
});

/** The services in the rounds in which they begin at the new level, each once nothing that it waits for runs at the old one. */
function replaced(from: number, to: number): readonly (readonly ServiceName[])[] {
  const rounds: (readonly ServiceName[])[] = [];
  let running: readonly Runs[] = services.map((service) => ({ service, level: from }));
  let waiting: readonly ServiceName[] = services;
  while (waiting.length > 0 && rounds.length < 9) {
    const free = waiting.filter((service) => waitsFor({ service, level: to }, running).length === 0);
    rounds.push(free.toSorted());
    running = running.map((one) => (free.includes(one.service) ? { ...one, level: to } : one));
    waiting = waiting.filter((service) => !free.includes(service));
  }
  return rounds;
}
