import type { QuarantineKeys } from '#libs/quarantine/quarantine-keys.js';
import type { ConfiguredSource } from './source.js';

/** Groups with sources that get no answer, and without a key to which their records could be sealed when they cannot be read. */
export function unsealedGroups(sources: readonly ConfiguredSource[], keys: QuarantineKeys): readonly string[] {
  const unanswered = sources.filter(
    ({ listeners, certificates, folder, topic }) =>
      listeners.length > 0 || certificates.length > 0 || folder !== undefined || topic !== undefined,
  );
  return [...new Set(unanswered.map(({ groupId }) => groupId))].filter((groupId) => !keys.has(groupId));
}
