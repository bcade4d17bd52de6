import type { CaseClinic, ShownCase } from '../../api/answers.js';
import { useClinics } from '../../api/queries.js';
import { Block } from '../../parts/block.js';
import { Table } from '../../parts/table.js';
import { Time } from '../../parts/time.js';
import { useTexts } from '../../texts/context.js';

/** Which clinics are concerned, and by how many patients each. */
export function Clinics({ shown, id }: { readonly shown: ShownCase; readonly id: string }) {
  const { t } = useTexts();
  return (
    <section aria-labelledby="clinics">
      <h2 id="clinics">{t.case.perClinic}</h2>
      <Block answer={useClinics(id)}>
        {({ clinics }) =>
          clinics.length === 0 ? (
            <p className="empty">{shown.case.patients === 0 ? t.case.noPatient : t.case.notYet}</p>
          ) : (
            <ClinicTable clinics={clinics} />
          )
        }
      </Block>
    </section>
  );
}

function ClinicTable({ clinics }: { readonly clinics: readonly CaseClinic[] }) {
  const { t, f } = useTexts();
  const most = Math.max(...clinics.map(({ patients }) => patients));
  const names = [
    [t.case.clinicName],
    [t.list.patients, 'number'],
    [t.case.exported, 'number'],
    [t.case.attempted, 'number'],
    [t.case.accesses, 'number'],
    [t.case.firstAccess],
    [t.case.lastAccess],
    [t.case.categories],
  ] as const;
  return (
    <Table name={{ id: 'clinics' }} caption={t.case.clinicCaption(clinics.length)} heads={names}>
      {clinics.map((one) => (
        <tr key={one.clinic_id}>
          <th scope="row">
            {one.name || one.clinic_id}
            <span className="below">
              {one.name && one.clinic_id}{' '}
              {one.closed_at !== null && <em className="closed">{t.case.closedSince(f.day(one.closed_at))}</em>}
            </span>
          </th>
          <td className="number big">
            {f.number(one.patients)}
            <meter aria-hidden="true" className="share" max={most} value={one.patients} />
          </td>
          <td className="number">{f.number(one.exported)}</td>
          <td className="number">{f.number(one.attempted)}</td>
          <td className="number">{f.number(one.accesses)}</td>
          <td>
            <Time at={one.first_time} />
          </td>
          <td>
            <Time at={one.last_time} />
          </td>
          <td>{f.list(one.categories.map((category) => t.categories[category] ?? category))}</td>
        </tr>
      ))}
    </Table>
  );
}
