import kafkajs, { type AclEntry } from 'kafkajs';
import { type KafkaOptions, questionMsMax, within } from '../client.js';
import { withAdmin } from './admin.js';
import { groupsLookedAtBeginning, type PrincipalRights, servicePrincipals, topicsBeginning } from './principals.js';

const {
  AclOperationTypes: operations,
  AclPermissionTypes: permissions,
  AclResourceTypes: resources,
  ResourcePatternTypes: patterns,
} = kafkajs;

/** The broker itself, in lists of rights about the cluster. */
const cluster = 'kafka-cluster';

/**
 * The rights of every principal, as Kafka keeps them, under names that begin with `prefix` (`vigie-` makes `User:vigie-scorer`): what each service writes and
 * reads, what `vigie topics` needs to make topics and to look at them, and what `vigie erase` needs to say how long they keep. Topics and groups begin with `shared`.
 */
export function aclsOf(prefix: string, shared = ''): readonly AclEntry[] {
  const services = Object.entries(servicePrincipals).flatMap(([name, rights]) =>
    aclsOfService(`${prefix}${name}`, prefixed(rights, shared), shared),
  );
  const looks = [operations.DESCRIBE, operations.DESCRIBE_CONFIGS];
  const makes = [operations.CREATE, operations.ALTER_CONFIGS, ...looks].map((operation) =>
    entry(`${prefix}topics`, operation, [resources.TOPIC, shared + topicsBeginning, patterns.PREFIXED]),
  );
  const keeps = looks.map((operation) =>
    entry(`${prefix}eraser`, operation, [resources.TOPIC, shared + topicsBeginning, patterns.PREFIXED]),
  );
  const cares = looks.map((operation) => entry(`${prefix}topics`, operation, [resources.CLUSTER, cluster, patterns.LITERAL]));
  return [...services, ...makes, ...cares, ...keeps];
}

function prefixed({ writes, reads, groups, groupsBeginning }: PrincipalRights, shared: string): PrincipalRights {
  const named = (names: readonly string[]) => names.map((name) => shared + name);
  return { writes: named(writes), reads: named(reads), groups: named(groups), groupsBeginning: named(groupsBeginning) };
}

function aclsOfService(
  principal: string,
  { writes, reads, groups, groupsBeginning }: PrincipalRights,
  shared: string,
): readonly AclEntry[] {
  const known = [...new Set([...writes, ...reads])];
  const onTopics = (names: readonly string[], operation: number) =>
    names.map((name) => entry(principal, operation, [resources.TOPIC, name, patterns.LITERAL]));
  return [
    ...onTopics(writes, operations.WRITE),
    ...onTopics(reads, operations.READ),
    ...onTopics(known, operations.DESCRIBE),
    ...onTopics(known, operations.DESCRIBE_CONFIGS),
    ...groups.map((name) => entry(principal, operations.READ, [resources.GROUP, name, patterns.LITERAL])),
    entry(principal, operations.DESCRIBE, [resources.GROUP, shared + groupsLookedAtBeginning, patterns.PREFIXED]),
    ...groupsBeginning.map((name) => entry(principal, operations.READ, [resources.GROUP, name, patterns.PREFIXED])),
  ];
}

function entry(
  principal: string,
  operation: number,
  [resourceType, resourceName, resourcePatternType]: readonly [number, string, number],
): AclEntry {
  return {
    principal: `User:${principal}`,
    host: '*',
    operation,
    permissionType: permissions.ALLOW,
    resourceType,
    resourceName,
    resourcePatternType,
  };
}

/** Gives every principal its rights; what is there already stays, and nothing is taken away. Rejects with `Transient` when no broker answers. */
export async function grantRights(options: KafkaOptions, acls: readonly AclEntry[]): Promise<void> {
  await withAdmin(options, (admin) =>
    within(options.clock, questionMsMax, 'rights of principals', admin.createAcls({ acl: [...acls] })),
  );
}

/** `User:vigie-scorer  Write  Topic vigie.habits.v1`, a line for each right. */
export function aclText({ principal, operation, resourceType, resourceName, resourcePatternType }: AclEntry): string {
  const beginning = resourcePatternType === patterns.PREFIXED ? ' beginning with' : '';
  return `${principal}  ${nameOf(operations, operation)}  ${nameOf(resources, resourceType)}${beginning} ${resourceName}`;
}

/** `DESCRIBE_CONFIGS` as Kafka's tools and Strimzi write it. */
function nameOf(names: object, value: number): string {
  const name = Object.entries(names).find(([, one]) => one === value)?.[0] ?? '';
  return name.toLowerCase().replaceAll(/(?:^|_)(\w)/g, (_, first: string) => first.toUpperCase());
}
