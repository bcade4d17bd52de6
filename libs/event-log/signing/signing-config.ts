import { type CommonConfig, ConfigError } from '#libs/runtime/config.js';
import { renewedText } from '#libs/runtime/renewal/renewed-text.js';
import { FrameKeys, type FrameKey, parseFrameKeys } from './frame-keys.js';
import { FrameSigning, type Needed, type SigningTools } from './frame-signing.js';
import { hasFrameKeys, RenewedFrameKeys } from './renewed-keys.js';
import { ownKeys, type PartitionEnd } from './own-keys.js';

type SigningConfig = Pick<CommonConfig, 'VIGIE_DATA_DIR' | 'VIGIE_FRAME_KEYS' | 'VIGIE_FRAMES_SIGNED_SINCE'> &
  Partial<Pick<CommonConfig, 'VIGIE_FRAME_KEYS_FILE'>>;

/** Frames on Kafka are signed where keys are given, and must be from `VIGIE_FRAMES_SIGNED_SINCE` on by the brokers' clocks. Throws `ConfigError`. */
export function kafkaSigning(config: SigningConfig, tools: SigningTools): FrameSigning | undefined {
  const given = givenKeys(config);
  if (!given) {
    if (config.VIGIE_FRAMES_SIGNED_SINCE !== undefined)
      throw new ConfigError(
        'VIGIE_FRAMES_SIGNED_SINCE says from when on frames are signed, and VIGIE_FRAME_KEYS (or VIGIE_FRAME_KEYS_FILE) is missing',
      );
    return undefined;
  }
  const { VIGIE_FRAME_KEYS: first = '', VIGIE_FRAME_KEYS_FILE: path } = config;
  const now = renewedText(path, first, hasFrameKeys);
  const keys = path === undefined ? new FrameKeys(given) : new RenewedFrameKeys(first, now, tools.clock);
  return new FrameSigning(keys, neededSince(config.VIGIE_FRAMES_SIGNED_SINCE), tools);
}

/** Frames of the embedded log are always signed: by the keys that are given, else by one that is made at the first start. Throws `ConfigError`. */
export function embeddedSigning(config: SigningConfig, tools: SigningTools): (ends: readonly PartitionEnd[]) => FrameSigning {
  const given = givenKeys(config) ?? [];
  return (ends) => {
    const own = ownKeys(config.VIGIE_DATA_DIR, ends);
    return new FrameSigning(new FrameKeys([...given, ...own.keys]), own.needed, tools);
  };
}

function givenKeys({ VIGIE_FRAME_KEYS: text }: SigningConfig): readonly FrameKey[] | undefined {
  if (!text) return undefined;
  const parsed = parseFrameKeys(text);
  if ('mistakes' in parsed) throw new ConfigError(`VIGIE_FRAME_KEYS: ${parsed.mistakes.join('; ')}`);
  return parsed.keys;
}

function neededSince(since: number | undefined): Needed {
  return (_, { takenAt }) => since === undefined || takenAt === undefined || takenAt >= since;
}
