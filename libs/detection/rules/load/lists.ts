import { closedClinicsList } from '#libs/contracts/list-entry.js';
import type { Clinic } from '#libs/contracts/list-entry.js';
import type { ListValue, ValueLists } from '../read/list-values.js';

export type { ListValue, ValueLists } from '../read/list-values.js';

/** The clinics of a register that closed, each for the accesses of its group from then on. */
export function closedClinicsOf(clinics: readonly Clinic[]): ValueLists {
  const closed = clinics.flatMap(({ clinic_id, group_id, closed_at }) =>
    closed_at === null ? [] : [{ text: clinic_id, groupId: group_id, fromMs: Date.parse(closed_at) }],
  );
  return new Map([[closedClinicsList, closed]]);
}

/** All lists by name; a name that several have holds the values of all of them. */
export function mergeLists(...all: readonly ValueLists[]): ValueLists {
  const merged = new Map<string, readonly (string | ListValue)[]>();
  for (const lists of all) for (const [name, values] of lists) merged.set(name, [...(merged.get(name) ?? []), ...values]);
  return merged;
}
