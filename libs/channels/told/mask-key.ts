import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { weaknessOfBytes } from '#libs/runtime/secret-strength.js';
import { keysDir, secretFile } from '#libs/pseudonyms/key-file.js';

/** Variables of every process that masks accounts. */
export const maskConfig = {
  /** Makes the digits of masked accounts, base64, the same for all processes; made at the first start where it is left out. */
  VIGIE_MASK_KEY: z
    .base64()
    .transform((text) => Buffer.from(text, 'base64'))
    .refine((bytes) => bytes.length >= 16, 'must be at least 16 bytes in base64')
    .superRefine(refuseWeakKey)
    .optional(),
};

/** The key of masked accounts: the configured one, or that of this data folder, made at the first call. */
export function maskKeyOf({
  VIGIE_MASK_KEY: given,
  VIGIE_DATA_DIR: dataDir,
}: {
  readonly VIGIE_MASK_KEY?: Uint8Array | undefined;
  readonly VIGIE_DATA_DIR: string;
}): Uint8Array {
  const made = () => secretFile(keysDir(dataDir), 'mask.key', () => randomBytes(32).toString('base64'));
  return given ?? Buffer.from(made(), 'base64');
}

function refuseWeakKey(bytes: Uint8Array, context: z.RefinementCtx): void {
  const weakness = weaknessOfBytes(bytes);
  if (weakness) context.addIssue(`is ${weakness}; make one with openssl rand -base64 32`);
}
