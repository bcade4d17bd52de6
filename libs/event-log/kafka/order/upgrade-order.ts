// order/: while a group of services is replaced by another version, who begins after whom.
// Each looks at Kafka's groups for itself, so that whoever upgrades need not know the order, nor anything have rights over pods.

import { services, type ServiceName } from '#libs/contracts/vocabulary.js';

/** Who reads before who writes what they read: docs/operations.md, "Upgrades". */
const stages: readonly (readonly ServiceName[])[] = [['archiver', 'console', 'notifier'], ['scorer'], ['ingestor']];

/** A running process, as a member of a group shows it. */
export interface Runs {
  readonly service: ServiceName;
  /** `wireLevel` of its version. */
  readonly level: number;
}

/** `vigie-scorer-w1`, what a process calls itself at the brokers, before what tells it from its like. */
export function clientNameOf({ service, level }: { readonly service: string; readonly level: number }): string {
  return `vigie-${service}-w${level}`;
}

/** What a client id says; undefined for that of no service. Versions before there were levels count as level 0. */
export function runsOf(clientId: string): Runs | undefined {
  const [, name, level = '0'] = /^vigie-([a-z]+)-(?:w(\d+)-)?/.exec(clientId) ?? [];
  const service = services.find((one) => one === name);
  return service && { service, level: Number(level) };
}

/**
 * The running processes that one must wait for before it begins: readers of a lower level, which may not know what it writes, and writers of a higher one, which may write what
 * it does not know. So an upgrade goes from the archivers to the ingestors and the way back from the ingestors to the archivers, whatever is started at once. One that takes the place of a lower level knows more than what is there, and waits
 * for no writer: so nobody waits for each other where an upgrade was left half done.
 */
export function waitsFor(own: Runs, running: readonly Runs[]): readonly Runs[] {
  const place = stageOf(own.service);
  const rises = running.some(({ service, level }) => service === own.service && level < own.level);
  return running.filter(({ service, level }) => {
    const other = stageOf(service);
    return (other < place && level < own.level) || (!rises && other > place && level > own.level);
  });
}

function stageOf(service: ServiceName): number {
  return stages.findIndex((stage) => stage.includes(service));
}
