import type { PatientPage } from '../../api/answers.js';
import { Table } from '../../parts/table.js';
import { Time } from '../../parts/time.js';
import { useTexts } from '../../texts/context.js';

interface TableProps {
  readonly items: PatientPage['items'];
  /** Of all pages. */
  readonly lines: number;
  /** On the pages before this one. */
  readonly before: number;
}

/** A page of patients, a line for each of their clinics. */
export function PatientTable({ items, lines, before }: TableProps) {
  const { t, f } = useTexts();
  const heads = [
    [t.patientList.pseudonym],
    [t.case.clinicName],
    [t.patientList.tier],
    [t.case.categories],
    [t.case.accesses, 'number'],
    [t.case.firstAccess],
    [t.case.lastAccess],
  ] as const;
  if (items.length === 0) return <p className="empty">{t.patientList.none}</p>;
  return (
    <Table name={{ id: 'patients' }} caption={t.patientList.caption(before + 1, before + items.length, lines)} heads={heads}>
      {items.map((one) => (
        <tr key={`${one.clinic_id} ${one.patient_id}`}>
          <th scope="row">
            <code>{one.patient_id}</code>
          </th>
          <td>{one.clinic_id}</td>
          <td>{t.patientList.tiers[one.certainty]}</td>
          <td>{f.list(one.categories.map((category) => t.categories[category] ?? category))}</td>
          <td className="number">{f.number(one.accesses)}</td>
          <td>
            <Time at={one.first_time} />
          </td>
          <td>
            <Time at={one.last_time} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
