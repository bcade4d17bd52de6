import type { Clinic, ListEntry } from '#libs/contracts/list-entry.js';
import { type ListValue, type ValueLists, closedClinicsOf, mergeLists } from '#libs/detection/rules/load/lists.js';

/** What is in the lists and in the register of clinics now. Every method rejects with `Transient` when the store does not answer. */
export interface ListStore {
  /** Values of a list, or of all lists, in order of list, group and value. */
  entries(listName?: string): Promise<readonly ListEntry[]>;
  /** Adds values, or takes them out; one with the same list, group and value is replaced. */
  put(entries: readonly ListEntry[], how?: { readonly removed: boolean }): Promise<void>;
  /** In order of group and clinic: all, or those that people have put there. */
  clinics(whose?: 'people'): Promise<readonly Clinic[]>;
  /** Adds clinics; one with the same group and id is replaced, but keeps its controller where the new one names none. */
  putClinics(clinics: readonly Clinic[]): Promise<void>;
  /** Makes what is there of a file what the file says, beside the clinics of people, which stay. Resolves to how many were written or taken away. */
  keepFile(clinics: readonly Clinic[]): Promise<number>;
  /** Another text whenever something in the lists or the register is another. */
  fingerprint(): Promise<string>;
}

/** What becomes of the clinics of a file: those that are new or changed, and those that it names no more. */
export function changesOfFile(
  file: readonly Clinic[],
  people: readonly Clinic[],
  known: readonly Clinic[],
): { readonly put: readonly Required<Clinic>[]; readonly removed: readonly Clinic[] } {
  const theirs = new Set(people.map(keyOf));
  const wanted = withControllers(file, []).filter((one) => !theirs.has(keyOf(one)));
  const named = new Set(wanted.map(keyOf));
  const before = new Map(known.map((one) => [keyOf(one), textOf(one)]));
  return {
    put: wanted.filter((one) => before.get(keyOf(one)) !== textOf(one)),
    removed: known.filter((one) => !theirs.has(keyOf(one)) && !named.has(keyOf(one))),
  };
}

function textOf({ name, opened_at, closed_at, controller_id }: Clinic): string {
  return JSON.stringify([name, opened_at, closed_at, controller_id]);
}

/** The clinics with who answers for each: as given, else as known, else the clinic itself. */
export function withControllers(clinics: readonly Clinic[], known: readonly Clinic[]): readonly Required<Clinic>[] {
  const before = new Map(known.map((one) => [keyOf(one), one.controller_id]));
  return clinics.map((one) => ({ ...one, controller_id: one.controller_id ?? before.get(keyOf(one)) ?? one.clinic_id }));
}

/** By what a clinic is one. */
export function keyOf({ group_id, clinic_id }: Clinic): string {
  return `${group_id}\0${clinic_id}`;
}

/** All lists of the store by name as rules take them, the closed clinics that people have put there among them: those of a file are read from the file. */
export async function readStoredLists(store: Pick<ListStore, 'entries' | 'clinics'>): Promise<ValueLists> {
  return mergeLists(listsOf(await store.entries()), closedClinicsOf(await store.clinics('people')));
}

function listsOf(entries: readonly ListEntry[]): ValueLists {
  const lists = new Map<string, ListValue[]>();
  for (const entry of entries) {
    const values = lists.get(entry.list_name);
    if (values) values.push(valueOf(entry));
    else lists.set(entry.list_name, [valueOf(entry)]);
  }
  return lists;
}

function valueOf({ value, valid_from, valid_until, group_id }: ListEntry): ListValue {
  return {
    text: value,
    ...(valid_from !== null && { fromMs: Date.parse(valid_from) }),
    ...(valid_until !== null && { untilMs: Date.parse(valid_until) }),
    ...(group_id !== '' && { groupId: group_id }),
  };
}
