import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { fetchPost } from '#libs/channels/http/http-post.js';
import { openChannel } from '#libs/channels/receivers/open-channel.js';
import { printable } from '#libs/contracts/visible-text.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { silentLog } from '#libs/runtime/log.js';
import { ownVersion } from '#libs/runtime/paths.js';
import { routingOfEnvironment } from './routing.js';

/** `vigie notify test`: one attempt, whose answer is shown. Ends with 1 when the receiver did not take it. */
export async function tryReceiverCommand(name: string): Promise<void> {
  const { receivers } = routingOfEnvironment();
  const receiver = receivers.get(name);
  if (!receiver) throw new ConfigError(`the file has no receiver ${printable(name)}; it has ${[...receivers.keys()].join(', ')}`);
  if (receiver.type === 'ocsf')
    throw new ConfigError('findings go to a topic of the log, which only the notifier writes: look at vigie.findings.v1');
  if (receiver.type === 'log') throw new ConfigError('what is told to it are lines of the log of the notifier');
  const log = {
    append: () => Promise.reject(new Error('no log here')),
    partitions: () => Promise.reject(new Error('no log here')),
  };
  const channel = openChannel(receiver, {
    clock: systemClock,
    http: fetchPost,
    log,
    logger: silentLog,
    maskKey: randomBytes(32),
    hostname: hostname(),
    version: ownVersion(),
  });
  const at = isoOf(systemClock.now());
  const verdict = await channel.send(
    { send_id: randomBytes(16).toString('hex'), kind: 'test', at },
    new AbortController().signal,
  );
  const answer = verdict.status ? ` (answered ${verdict.status})` : '';
  if (verdict.kind === 'delivered') return void process.stdout.write(`${name} took it${answer}\n`);
  throw new Error(`${name} did not take it: ${verdict.reason}`);
}
