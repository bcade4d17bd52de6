import type { KeyRing } from '#libs/pseudonyms/key-ring.js';
import type { Credentials } from './credentials.js';
import type { SourcesFile } from './read-sources.js';

/** Who may send, with the keys of their groups. */
export interface SourcesInUse {
  /** The tokens of the environment and of the file. */
  readonly credentials: Credentials;
  readonly keys: KeyRing;
  readonly file: SourcesFile;
}
