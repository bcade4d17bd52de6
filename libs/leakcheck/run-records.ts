// libs/leakcheck: invented identifiers in every place and spelling that a record has, and the search for them in whatever comes of it.
// The command is cli/leakcheck.ts; tests plant the same records.

import { randomInt } from 'node:crypto';
import { type PlantedIn, plantsOf } from './planted-records.js';
import { spellings } from './spellings.js';

/** What one run feeds: the records of each door, and the identifiers that nothing may show afterwards. */
export interface RunRecords {
  readonly identifiers: readonly string[];
  readonly events: readonly object[];
  readonly auditEvents: readonly object[];
}

/** Long enough to stand nowhere by accident: a number, one with zeros in front, an INS, one with letters. */
export function inventedIdentifiers(digits: (count: number) => string = randomDigits): readonly string[] {
  return [`9${digits(11)}`, `00${digits(11)}`, `1${digits(14)}`, `PAT7X${digits(9)}`];
}

export function runRecords(planted: PlantedIn, identifiers: readonly string[]): RunRecords {
  const records = Object.values(plantsOf(planted)).flatMap((plant) =>
    identifiers.flatMap((identifier) => Object.values(spellings).map((spell) => plant(identifier, spell(identifier)))),
  );
  const through = (door: 'events' | 'fhir') => records.flatMap((record) => (record.door === door ? [record.value] : []));
  return { identifiers, events: through('events'), auditEvents: through('fhir') };
}

function randomDigits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}
