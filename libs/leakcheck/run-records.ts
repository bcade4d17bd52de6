// libs/leakcheck: invented identifiers in every place and spelling that a record has, and the search for them in whatever comes of it.
// The command is cli/leakcheck; tests plant the same records.

import { randomInt } from 'node:crypto';
import { plantsOf } from './planted-records.js';
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

/**
 * The accounts of a run, one for each spelling of each identifier, in a clinic of the same name. A spelling that stands where a number belongs is a patient of its own:
 * one account that met all of them would be an incident at every run.
 */
export function runAccounts(run: string, identifiers: readonly string[]): readonly string[] {
  return spelled(identifiers).map((_, number) => `${run}-${number}`);
}

function spelled(identifiers: readonly string[]): readonly (readonly [identifier: string, text: string])[] {
  return identifiers.flatMap((identifier) => Object.values(spellings).map((spell) => [identifier, spell(identifier)] as const));
}

/** What is planted at a time (ISO 8601) by the accounts of a run. */
export function runRecords(
  { time, run }: { readonly time: string; readonly run: string },
  identifiers: readonly string[],
): RunRecords {
  const records = spelled(identifiers).flatMap(([identifier, text], number) => {
    const account = `${run}-${number}`;
    return Object.values(plantsOf({ time, clinicId: account, actorId: account })).map((plant) => plant(identifier, text));
  });
  const through = (door: 'events' | 'fhir') => records.flatMap((record) => (record.door === door ? [record.value] : []));
  return { identifiers, events: through('events'), auditEvents: through('fhir') };
}

function randomDigits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}
