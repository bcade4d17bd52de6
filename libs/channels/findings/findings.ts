import { findingsTopic, partitionOf } from '#libs/contracts/topics.js';
import { UnknownTopic } from '#libs/event-log/port.js';
import type { Sender, SenderTools } from '../channel.js';
import { attempt } from '../http/attempt.js';
import { findingsOf } from './finding.js';

/** Appends findings to the log, those of a case in one partition. Delivered once every replica has them. */
export function findingsSender(tools: SenderTools): Sender {
  const { log, version, manner, clock } = tools;
  const context = { version, consoleUrl: manner.consoleUrl };
  return {
    send: (told, signal) =>
      attempt(clock, signal, async () => {
        const { message } = told;
        const lines = findingsOf(told, context).map((finding) => `${JSON.stringify(finding)}\n`);
        if (lines.length === 0) return { kind: 'delivered', status: 0 };
        try {
          const partitions = await log.partitions(findingsTopic);
          const partition = partitionOf(message.case?.group_id ?? '', message.case?.case_id ?? message.send_id, partitions);
          await log.append({ topic: findingsTopic, partition }, Buffer.from(lines.join('')));
          return { kind: 'delivered', status: 0 };
        } catch (cause) {
          if (!(cause instanceof UnknownTopic)) throw cause;
          return { kind: 'refused', status: 0, reason: `${cause.message}; make it with vigie topics create`, scope: 'endpoint' };
        }
      }),
  };
}
