import type { Me, ShownCase } from '../../api/answers.js';
import { useShape } from '../../api/queries.js';
import { useNow } from '../../live/clock.js';
import { Level, Status } from '../../parts/level.js';
import { usePrintFoot } from '../../parts/print-foot.js';
import { useTitle } from '../../parts/title.js';
import { useTexts } from '../../texts/context.js';

/** Which case a sheet of paper is of, whose it is and from when. */
export function PrintFoot({ id, me }: { readonly id: string; readonly me: Me }) {
  const { t, f } = useTexts();
  usePrintFoot(t.case.printed(id, me.id, f.exact(useNow(60_000))));
  return null;
}

/** What happened, in a sentence, and how it stands. */
export function CaseHead({ shown }: { readonly shown: ShownCase }) {
  const { t, f } = useTexts();
  const { case: row } = shown;
  const heading = t.case.heading(
    t.caseAccount(row),
    row.subject_kind === 'account' && (row.account_count ?? 1) > 1,
    row.patients === null ? null : t.caseFigure(row),
    row.clinics.length,
    row.other_clinics,
    f.moment(row.first_time),
    f.until(row.last_time, row.first_time),
  );
  useTitle(heading);
  return (
    <>
      <p className="over">
        <Level level={row.level} /> <Status status={row.status} />
        {row.verdict && <span className="status">{t.verdicts[row.verdict]}</span>}
        <span>{row.owner ? t.case.ownerIs(row.owner) : t.case.ownerNobody}</span>
        {row.reopened > 0 && <span>{t.case.reopened(row.reopened)}</span>}
        <span className="quiet">
          {t.case.number(row.case_id.slice(0, 8))} · {t.case.zone(f.zone)}
        </span>
      </p>
      <h1>{heading}</h1>
      {row.other_clinics > 0 && <p>{t.case.part(row.other_clinics)}</p>}
    </>
  );
}

/** The figures of a case. */
export function CaseTotals({ shown: { case: row, incidents }, id }: { readonly shown: ShownCase; readonly id: string }) {
  const { t, f } = useTexts();
  const { data: shape } = useShape(id);
  const [first] = incidents;
  // Of several incidents each had its own.
  const atFiring = row.incident_ids.length > 1 ? null : (first?.patients_at_firing ?? null);
  // What the scorer counts spans other clinics: the store counts those of the reader's own.
  const patients = row.patients ?? shape?.total;
  return (
    <ul className="totals">
      {patients === undefined ? (
        <li>{t.spanning}</li>
      ) : (
        <Total
          value={row.patients === null || row.patients_settled ? f.number(patients) : t.atMost(f.number(patients))}
          text={row.patients === null ? t.case.ownPatients(patients) : t.case.patientsFigure(patients)}
        />
      )}
      <Total value={f.number(row.clinics.length)} text={t.case.clinicsFigure(row.clinics.length)} />
      {atFiring !== null && <Total value={f.number(atFiring)} text={t.case.atFiring} />}
    </ul>
  );
}

function Total({ value, text }: { readonly value: string; readonly text: string }) {
  return (
    <li>
      <strong>{value}</strong> {text}
    </li>
  );
}
