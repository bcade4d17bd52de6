import type { EventLog, JoinOptions, Membership, Reader, TopicPartition } from './port.js';

/**
 * A log of a cluster that several installations share: topics and groups have a name of their own there, and everybody who reads and writes knows them by the names that they
 * have everywhere. Topics of others are called what others call them.
 */
export function prefixedLog(log: EventLog, prefix: string): EventLog {
  if (prefix === '') return log;
  return {
    partitions: (topic) => log.partitions(prefix + topic),
    append: ({ topic, partition }, bytes) => log.append({ topic: prefix + topic, partition }, bytes),
    join: (options, reader) => join(log, options.foreign ? '' : prefix, { ...options, group: prefix + options.group }, reader),
    close: () => log.close(),
  };
}

async function join(log: EventLog, prefix: string, options: JoinOptions, reader: Reader): Promise<Membership> {
  const there = (at: TopicPartition) => ({ topic: prefix + at.topic, partition: at.partition });
  const here = <T extends TopicPartition>(at: T): T => ({ ...at, topic: at.topic.slice(prefix.length) });
  const topics = options.topics.map((topic) => prefix + topic);
  const member = await log.join(
    { ...options, topics },
    {
      assigned: (at, held) => reader.assigned(here(at), held),
      frames: (at, frames, signal) => reader.frames(here(at), frames, signal),
      poison: (at, frame, cause) => reader.poison(here(at), frame, cause),
      ...(reader.missing && { missing: async (at, missing) => reader.missing?.(here(at), missing) }),
      revoked: (at) => reader.revoked(here(at)),
    },
  );
  return {
    commit: (at, nextOffset) => member.commit(there(at), nextOffset),
    positions: async () => (await member.positions()).map(here),
    leave: () => member.leave(),
    ended: member.ended,
  };
}
