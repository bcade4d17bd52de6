import type { SeenRow } from '#libs/contracts/seen-case.js';
import { useTexts } from '../texts/context.js';

/** How many patients a case has, in a table; in words where that counts clinics that the reader does not see. */
export function Patients({ of: { patients, patients_settled: isSettled } }: { readonly of: SeenRow }) {
  const { t, f } = useTexts();
  return patients === null ? (
    <td>{t.spanning}</td>
  ) : (
    <td className="number big">{isSettled ? f.number(patients) : t.atMost(f.number(patients))}</td>
  );
}
