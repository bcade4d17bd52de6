import type { GroupDescription } from 'kafkajs';
import kafkajs from 'kafkajs';

/** What the coordinator knows of a group. */
export interface GroupView {
  /** False while partitions are being shared anew: assignments mean nothing then. */
  readonly settled: boolean;
  readonly members: readonly MemberView[];
  /** Absent where the coordinator knows the group by the protocol that we speak. */
  readonly unknown?: true;
}

export interface MemberView {
  readonly memberId: string;
  readonly clientId: string;
  /** By `keyOf`. */
  readonly partitions: readonly string[];
}

/** What this process believes. */
export interface OwnView {
  readonly clientId: string;
  /** Members that this process knows it has, in any membership of this client id. */
  readonly memberIds: ReadonlySet<string>;
  /** Empty while it is not a member. */
  readonly memberId: string;
  /** Partitions that are served, by `keyOf`. */
  readonly served: ReadonlySet<string>;
  /** Another application is in the group and keeps it out, until people have seen to that. */
  readonly keptOut?: true;
}

/** Whether what the coordinator knows is what this process does; `unknown` while partitions are being shared anew. */
export type Agreement =
  { readonly kind: 'agrees' } | { readonly kind: 'unknown' } | { readonly kind: 'differs'; readonly how: string };

export function agreementOf({ settled, members, unknown }: GroupView, own: OwnView): Agreement {
  if (own.keptOut) return { kind: 'unknown' };
  const strangers = members.filter(({ clientId, memberId }) => clientId === own.clientId && !own.memberIds.has(memberId));
  // One that joins, or joins again because the coordinator has forgotten it, does not know its new name before the group is whole.
  const isKnown = members.some(({ memberId }) => memberId === own.memberId);
  const ghosts = isKnown ? strangers : strangers.slice(1);
  if (ghosts.length > 0) {
    const held = ghosts.flatMap(({ partitions }) => partitions).length;
    return differs(`the group holds ${ghosts.length} member(s) of this process that nobody runs, with ${held} partition(s)`);
  }
  if (!settled) return { kind: 'unknown' };
  const mine = members.find(({ memberId }) => memberId === own.memberId);
  if (!mine && unknown && own.memberId !== '')
    return differs(
      'this process has joined the group, and the coordinator knows none of this name by the classic protocol: another application is in it by the newer one (KIP-848), and may have partitions that nobody serves. Give that application another group',
    );
  if (!mine) return differs('the coordinator answers, but this process is no member of the group');
  const unserved = mine.partitions.filter((key) => !own.served.has(key));
  if (unserved.length > 0) return differs(`assigned to this process and not served: ${unserved.join(', ')}`);
  const foreign = [...own.served].filter((key) => !mine.partitions.includes(key));
  if (foreign.length > 0) return differs(`served by this process and not assigned to it: ${foreign.join(', ')}`);
  return { kind: 'agrees' };
}

function differs(how: string): Agreement {
  return { kind: 'differs', how };
}

/** Kafka describes a group that nobody joined as dead, not as an error, and one of the newer protocol as well. */
export function groupViewOf({ state, members }: GroupDescription): GroupView {
  return {
    settled: state === 'Stable' || state === 'Empty' || state === 'Dead',
    ...(state === 'Dead' && { unknown: true }),
    members: members.map(({ memberId, clientId, memberAssignment }) => ({
      memberId,
      clientId,
      partitions: partitionsIn(memberAssignment),
    })),
  };
}

function partitionsIn(assignment: Buffer): readonly string[] {
  if (assignment.length === 0) return [];
  const decoded = kafkajs.AssignerProtocol.MemberAssignment.decode(assignment);
  return Object.entries(decoded?.assignment ?? {}).flatMap(([topic, partitions]) =>
    partitions.map((partition) => `${topic}/${partition}`),
  );
}
