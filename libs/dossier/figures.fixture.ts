import type { Figures } from '#libs/contracts/dossier.js';

/** Figures of nobody, with what differs. */
export function someFigures(given: Partial<Figures> = {}): Figures {
  return {
    patients: 0,
    exposed: 0,
    attempted: 0,
    listed: 0,
    displayed: 0,
    exported: 0,
    per_key: {},
    unnamed_records: 0,
    ...given,
  };
}
