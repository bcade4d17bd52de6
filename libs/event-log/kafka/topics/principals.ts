import { careTopic, findingsTopic, groups, habitsTopic, laneTopics, topics } from '#libs/contracts/topics.js';
import type { ServiceName } from '#libs/contracts/vocabulary.js';

/** What a principal may do at Kafka, and nothing beyond. */
export interface PrincipalRights {
  readonly writes: readonly string[];
  readonly reads: readonly string[];
  /** Groups that it may be a member of. */
  readonly groups: readonly string[];
  /** What the names of such groups begin with. */
  readonly groupsBeginning: readonly string[];
}

const lanes = Object.values(laneTopics);

/** The principal of each service, without the prefix of its name. docs/operations.md, "Security", has the same as a table. */
export const servicePrincipals: Readonly<Record<ServiceName, PrincipalRights>> = {
  ingestor: {
    writes: [topics.accesses, topics.quarantine, careTopic],
    reads: [careTopic, topics.incidents],
    groups: [],
    groupsBeginning: ['vigie-ingestor-care-'],
  },
  scorer: {
    writes: [topics.incidents, topics.quarantine, habitsTopic, ...lanes],
    reads: [topics.accesses, ...lanes, habitsTopic, topics.incidents, topics.actions],
    groups: [groups.scorer],
    groupsBeginning: ['vigie-scorer.'],
  },
  archiver: {
    writes: [topics.quarantine],
    reads: Object.values(topics),
    groups: [groups.archiver],
    groupsBeginning: [],
  },
  notifier: {
    writes: [topics.quarantine, findingsTopic],
    reads: [topics.incidents, topics.actions],
    groups: [],
    groupsBeginning: ['vigie-notifier'],
  },
  console: {
    writes: [topics.actions, topics.audit, topics.accesses],
    reads: [topics.incidents, topics.actions],
    groups: [],
    groupsBeginning: ['vigie-console-'],
  },
};

/**
 * What the names of groups begin with that every service looks at: commits of two remember over how many partitions accounts are placed, and members of all say which
 * versions run.
 */
export const groupsLookedAtBeginning = 'vigie-';

/** Who makes topics and looks at them: it neither writes nor reads frames. All topics of Vigie begin with this. */
export const topicsBeginning = 'vigie.';
