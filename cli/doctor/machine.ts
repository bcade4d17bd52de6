import { existsSync, statfsSync, statSync } from 'node:fs';
import { coreDoubt } from '#libs/runtime/environment/memory-dumps.js';
import { advice, type Finding, fine, wrong } from './finding.js';

/** Less than this share of a disk is too little, and less than that soon will be. */
const shareMin = 0.05;
const shareLow = 0.15;

export interface DiskFacts {
  readonly path: string;
  /** Bytes. */
  readonly free: number;
  readonly size: number;
  /** Of the folder; undefined where it cannot be said. */
  readonly owner: number | undefined;
}

/** The folder that services write to; undefined where there is none yet. */
export function diskOf(path: string): DiskFacts | undefined {
  if (!existsSync(path)) return undefined;
  const { bavail, blocks, bsize } = statfsSync(path);
  return { path, free: bavail * bsize, size: blocks * bsize, owner: statSync(path).uid };
}

/** Whether the data folder has room and is ours. `user` is the id of the process, undefined where the system has none. */
export function machineFindings(disk: DiskFacts | undefined, user: number | undefined): readonly Finding[] {
  if (!disk)
    return [
      advice(
        'machine',
        'there is no data folder yet: nothing has been started here',
        'npm start, or the services one by one; VIGIE_DATA_DIR says where',
      ),
    ];
  const { path, free, size, owner } = disk;
  const room = `${path} has ${gib(free)} GiB free of ${gib(size)}`;
  const more = 'make room, or the log will refuse events and ClickHouse will not merge';
  const own = owner === undefined || user === undefined || user === 0 || owner === 0 || owner === user;
  return [
    free < size * shareMin
      ? wrong('machine', room, more)
      : free < size * shareLow
        ? advice('machine', room, more)
        : fine('machine', room),
    ...(own
      ? []
      : [
          wrong(
            'machine',
            `${path} belongs to user ${owner}, and this is user ${user}`,
            `run as that user, or chown -R ${user} ${path}`,
          ),
        ]),
  ];
}

/** Whether a process that crashes with these limits leaves its memory behind. */
export function coreFindings(limits: string): readonly Finding[] {
  const doubt = coreDoubt(limits);
  return doubt === undefined ? [] : [advice('machine', doubt, 'give its unit or container that limit')];
}

function gib(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1);
}
