import { randomBytes } from 'node:crypto';
import { keysDir, secretFile } from '#libs/pseudonyms/key-file.js';
import { ConfigError } from '#libs/runtime/config.js';
import { keyOf } from '../member/group-state.js';
import type { TopicPartition } from '../port.js';
import { type FrameKey, frameKeyBytes, parseFrameKeys } from './frame-keys.js';
import type { Needed } from './frame-signing.js';

/** Where a partition of the log ends. */
export interface PartitionEnd extends TopicPartition {
  readonly end: number;
}

/** The keys that Vigie makes for itself on one machine, and from where on frames are signed. */
export interface OwnKeys {
  readonly keys: readonly FrameKey[];
  readonly needed: Needed;
}

const fileName = 'frames.key';
/** A topic has no blank. */
const beforeForm = /^before (\S+) (\d{1,15})$/;

/**
 * Made once, by whichever process comes first, below the data folder with mode 0600: a key, and for each partition the offset before which
 * frames were written without one. They lie beside the key because whoever can write the log must not say what of it needs no signature. Throws `ConfigError` where the file was spoilt.
 */
export function ownKeys(dataDir: string, ends: readonly PartitionEnd[]): OwnKeys {
  const lines = secretFile(keysDir(dataDir), fileName, () => ownFile(ends)).split('\n');
  const parsed = parseFrameKeys(lines.filter((line) => !beforeForm.test(line)).join('\n'));
  if ('mistakes' in parsed)
    throw new ConfigError(`${keysDir(dataDir)}/${fileName}: ${parsed.mistakes.join('; ')}. Put it back from a backup`);
  const before = new Map(
    lines.flatMap((line) => {
      const [, partition, offset] = beforeForm.exec(line) ?? [];
      return partition === undefined ? [] : [[partition, Number(offset)] as const];
    }),
  );
  return { keys: parsed.keys, needed: (at, { offset }) => offset >= (before.get(keyOf(at)) ?? 0) };
}

function ownFile(ends: readonly PartitionEnd[]): string {
  const written = ends.filter(({ end }) => end > 0).map(({ end, ...at }) => `before ${keyOf(at)} ${end}`);
  return [
    '# Signs the frames of the embedded log. The first key signs, all are believed, 2: before one is how it signs; frames before the offsets below were written without one.',
    `2:own-1=${randomBytes(frameKeyBytes).toString('base64')}`,
    ...written,
  ].join('\n');
}
