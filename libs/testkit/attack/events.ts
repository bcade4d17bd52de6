const clinics = ['990000001', '990000002', '990000003'];

let ids = 0;

/** An access of now, under a record id that no other has. */
export function access(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  ids += 1;
  return {
    id: `attack-${process.pid}-${ids}`,
    time: new Date().toISOString(),
    clinic_id: clinics[ids % clinics.length],
    action: 'read',
    outcome: 'success',
    ...given,
  };
}

/** As many patients, one access each, of several clinics within a second: what any mass rule of the pack fires on. */
export function massAccess(
  actor_id: string,
  patients: number,
  given: Readonly<Record<string, unknown>> = {},
): readonly Record<string, unknown>[] {
  return Array.from({ length: patients }, (_, n) => access({ actor_id, patient_ids: [`${actor_id}/${n}`], ...given }));
}
