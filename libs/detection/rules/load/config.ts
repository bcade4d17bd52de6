import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '#libs/runtime/paths.js';

/** The lists that the default pack needs, mostly empty: a hospital's own replace them by name. */
export const defaultListsDir = join(projectRoot, 'lists');

/** Variables of every process that reads rules. */
export const rulesConfig = {
  VIGIE_RULES_DIR: z.string().default(join(projectRoot, 'rules')),
  VIGIE_LISTS_DIR: z.string().default(defaultListsDir),
  /** The register of clinics; those that have `closed_at` are `%closed_clinics%`. */
  VIGIE_CLINICS_FILE: z.string().optional(),
};
export interface RulesConfig {
  readonly VIGIE_RULES_DIR: string;
  readonly VIGIE_LISTS_DIR: string;
  readonly VIGIE_CLINICS_FILE?: string | undefined;
}
