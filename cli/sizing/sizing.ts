import { knownDays } from '#libs/care/steps.js';
import { catchUp, costs, peakOfMean, room } from './costs.js';

const dayMs = 86_400_000;
const mebibyte = 1024 ** 2;

/** A process of Node that does nothing yet, with room for what it has in hand, MiB. */
const processMib = 256;
/** The windows that one scorer should hold, MiB: its snapshot is written in seconds, and its container is no larger than others. */
const scorerMibMax = 6144;
/** Frames of one partition are judged in order, by one core: so many may share it before they wait for each other. */
const partitionsOffered = [12, 24, 48, 96, 192] as const;

export interface Load {
  readonly staff: number;
  readonly rowsPerDay: number;
  /** How long ClickHouse keeps accesses, milliseconds. */
  readonly retentionMs: number;
  /** How long Kafka keeps accesses, milliseconds. */
  readonly kafkaMs: number;
  /** The longest that rules look back, milliseconds. */
  readonly windowsMs: number;
  readonly kafkaCopies: number;
  readonly storeCopies: number;
}

export interface ServiceSize {
  readonly service: string;
  readonly instances: number;
  /** Of each instance, in the busiest hour and while a backlog is made good. */
  readonly cores: number;
  /** Limit of each container. */
  readonly mib: number;
}

export interface Size {
  readonly partitions: number;
  readonly rowsPerSecondPeak: number;
  /** Bytes of all copies together. */
  readonly storeBytes: number;
  readonly kafkaBytes: number;
  /** (account, patient) pairs at most, were every access of the windows one of another patient. */
  readonly pairs: number;
  /** The same of the days that the memory of care knows: each ingestor holds all of it. */
  readonly carePairs: number;
  readonly services: readonly ServiceSize[];
}

/** What an installation needs. Pure: figures in, figures out. */
export function sizeOf(load: Load): Size {
  const { rowsPerDay, retentionMs, kafkaMs, windowsMs } = load;
  const peak = (rowsPerDay / 86_400) * peakOfMean;
  const pairs = Math.ceil((rowsPerDay * windowsMs) / dayMs);
  const carePairs = rowsPerDay * knownDays;
  const careMib = (carePairs * costs.careBytesPerPair) / mebibyte;
  const windowsMib = (pairs * costs.bytesPerPair * room) / mebibyte;
  const scorers = Math.max(2, Math.ceil(windowsMib / scorerMibMax));
  // A backlog comes out of Kafka, so scorers and archivers meet it; ingestors meet what feeds send again.
  const coresOf = (usPerRow: number) => (peak * catchUp * usPerRow) / 1e6;
  const ingestors = Math.max(2, Math.ceil(coresOf(costs.ingestUsPerRow)));
  return {
    partitions: partitionsOffered.find((count) => count >= scorers * 4) ?? 384,
    rowsPerSecondPeak: peak,
    storeBytes: rowsPerDay * (retentionMs / dayMs) * costs.storeBytesPerRow * load.storeCopies,
    kafkaBytes: rowsPerDay * (kafkaMs / dayMs) * costs.kafkaBytesPerRow * load.kafkaCopies,
    pairs,
    carePairs,
    services: [
      {
        service: 'ingestor',
        instances: ingestors,
        cores: atLeast(coresOf(costs.ingestUsPerRow) / ingestors),
        mib: Math.max(processMib * 4, upTo(processMib * 2 + careMib)),
      },
      {
        service: 'scorer',
        instances: scorers,
        cores: atLeast(coresOf(costs.scoreUsPerRow) / scorers),
        mib: upTo(processMib * 2 + windowsMib / scorers),
      },
      { service: 'archiver', instances: 2, cores: atLeast(coresOf(costs.archiveUsPerRow) / 2), mib: processMib * 4 },
      { service: 'notifier', instances: 2, cores: 0.5, mib: processMib * 2 },
      { service: 'console', instances: 2, cores: 0.5, mib: processMib * 4 },
    ],
  };
}

/** No process is given less than half a core: starting and rebalances take it. */
function atLeast(cores: number): number {
  return Math.max(0.5, Math.ceil(cores * 2) / 2);
}

/** Rounded up to what people write as a limit. */
function upTo(mib: number): number {
  return Math.ceil(mib / 512) * 512;
}

/** As people read it. */
export function sizeText(
  { staff, rowsPerDay, retentionMs, kafkaMs, windowsMs, kafkaCopies, storeCopies }: Load,
  size: Size,
): string {
  const rows = size.services.map(
    ({ service, instances, cores, mib }) =>
      `  ${service.padEnd(10)} ${String(instances).padStart(3)} x  ${String(cores).padStart(4)} cores  ${String(mib).padStart(6)} MiB`,
  );
  return [
    `${count(staff)} staff, ${count(rowsPerDay)} rows a day, ${count(Math.ceil(size.rowsPerSecondPeak))} rows a second in the busiest hour`,
    '',
    `  partitions  ${size.partitions}   (vigie topics create --partitions ${size.partitions}; it never changes)`,
    `  Kafka       ${bytes(size.kafkaBytes)} in ${kafkaCopies} copies, for ${days(kafkaMs)}`,
    `  ClickHouse  ${bytes(size.storeBytes)} in ${storeCopies} ${storeCopies === 1 ? 'copy' : 'copies'}, for ${days(retentionMs)}; leave as much again free for merges`,
    `  windows     ${count(size.pairs)} pairs at most over ${days(windowsMs)}, ${bytes(size.pairs * costs.bytesPerPair)} in all scorers; each writes as much to its volume`,
    `  care        ${count(size.carePairs)} pairs at most over ${knownDays} days, ${bytes(size.carePairs * costs.careBytesPerPair)} in each ingestor: as a rule far fewer, since people come back to the same patients`,
    '',
    ...rows,
    '',
    `cores are those of the busiest hour, ${catchUp} times over, so that a backlog is made good; memory is twice what was measured. Measure your own: docs/operations.md, "Sizing"`,
    '',
  ].join('\n');
}

function days(ms: number): string {
  return `${Math.round(ms / dayMs)} days`;
}

function count(number: number): string {
  return String(Math.round(number)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

function bytes(number: number): string {
  const [size, unit] = number >= 1e12 ? [number / 1e12, 'TB'] : number >= 1e9 ? [number / 1e9, 'GB'] : [number / 1e6, 'MB'];
  return `${size < 10 ? size.toFixed(1) : size.toFixed(0)} ${unit}`;
}
