import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import type { CaseClinic, Me, PatientPage } from '../../api/answers.js';
import { get, Refusal } from '../../api/client.js';
import { useConfirmed } from '../../api/confirmed.js';
import { useClinics } from '../../api/queries.js';
import { Block } from '../../parts/block.js';
import { Confirm } from '../../parts/confirm.js';
import { useTexts } from '../../texts/context.js';
import { PatientTable } from './patient-table.js';

/** From the strongest. */
export const tiers = ['exported', 'displayed', 'listed', 'attempted'] as const;

/** Which lines are asked for; empty for all. */
interface Wanted {
  readonly clinic: string;
  readonly tier: string;
}

/** Whose records were opened? As pseudonyms, once somebody has asked for them: each page is a row of the audit. */
export function PatientsPart({ id, me }: { readonly id: string; readonly me: Me }) {
  const { t } = useTexts();
  const clinics = useClinics(id);
  const [wanted, setWanted] = useState<Wanted>();
  const { isConfirmed, confirm, forget } = useConfirmed();
  const mayList = me.roles.includes('analyst') || me.roles.includes('dpo');
  return (
    <section aria-labelledby="patients">
      <h2 id="patients">{t.patientList.title}</h2>
      <p>{t.patientList.consequence}</p>
      {!mayList ? (
        <p className="hint">{t.patientList.mayNot}</p>
      ) : (
        <>
          <Choice clinics={clinics.data?.clinics ?? []} onChoice={setWanted} />
          {wanted && !isConfirmed && <Confirm confirm={confirm} />}
          {wanted && (
            <List
              key={`${wanted.clinic} ${wanted.tier}`}
              id={id}
              wanted={wanted}
              isConfirmed={isConfirmed}
              onOver={forget}
              isOfficer={me.roles.includes('dpo')}
            />
          )}
        </>
      )}
    </section>
  );
}

function Choice({ clinics, onChoice }: { readonly clinics: readonly CaseClinic[]; readonly onChoice: (wanted: Wanted) => void }) {
  const { t, f } = useTexts();
  const choose = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onChoice({ clinic: String(form.get('clinic')), tier: String(form.get('tier')) });
  };
  return (
    <form className="filters" onSubmit={choose}>
      <label>
        {t.list.clinic}
        <select name="clinic">
          <option value="">{t.patientList.allClinics}</option>
          {clinics.map(({ clinic_id: clinic, name, patients }) => (
            <option key={clinic} value={clinic}>
              {name || clinic} ({f.number(patients)})
            </option>
          ))}
        </select>
      </label>
      <label>
        {t.patientList.tier}
        <select name="tier">
          <option value="">{t.patientList.anyTier}</option>
          {tiers.map((tier) => (
            <option key={tier} value={tier}>
              {t.patientList.tiers[tier]}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">{t.patientList.show}</button>
    </form>
  );
}

interface ListProps {
  readonly id: string;
  readonly wanted: Wanted;
  readonly isConfirmed: boolean;
  /** Says that the console asks who looks to prove it again. */
  readonly onOver: () => void;
  readonly isOfficer: boolean;
}

function List({ id, wanted: { clinic, tier }, isConfirmed, onOver, isOfficer }: ListProps) {
  const { t, f } = useTexts();
  const filter = new URLSearchParams({ ...(clinic && { clinic }), ...(tier && { tier }) });
  // Where each page that was seen begins: behind, they are shown again without being asked for.
  const [places, setPlaces] = useState<readonly string[]>(['']);
  const place = places.at(-1) ?? '';
  const answer = usePatients(id, filter, place, isConfirmed);
  const isOver = answer.error instanceof Refusal && answer.error.word === 'confirm_first';
  useEffect(() => {
    if (isOver) onOver();
  }, [isOver, onOver]);
  if (isOver || (answer.data === undefined && !isConfirmed)) return null;
  return (
    <Block answer={answer}>
      {({ figure, items, next }) => (
        <>
          <p>
            {t.patientList.figure(
              figure.patients,
              figure.lines,
              tiers.filter((one) => figure[one] > 0).map((one) => [f.number(figure[one]), one] as const),
            )}
          </p>
          <PatientTable items={items} lines={figure.lines} before={(places.length - 1) * pageLines} />
          <p className="pages">
            {places.length > 1 && (
              <button type="button" onClick={() => setPlaces(places.slice(0, -1))}>
                {t.patientList.previous}
              </button>
            )}
            {next !== null && (
              <button type="button" onClick={() => setPlaces([...places, next])}>
                {t.patientList.next}
              </button>
            )}
            {isOfficer && isConfirmed && (
              <a href={`/v1/cases/${id}/patients.csv?${filter}`} download>
                {t.patientList.download(figure.lines)}
              </a>
            )}
          </p>
        </>
      )}
    </Block>
  );
}

/** Lines of a page, as the console gives them. */
const pageLines = 100;

/** Asked for once: a page that is looked at again is no other look. */
function usePatients(id: string, filter: URLSearchParams, place: string, isOn: boolean) {
  const query = new URLSearchParams([...filter, ...(place === '' ? [] : [['cursor', place]])]).toString();
  return useQuery({
    queryKey: ['patients', id, query],
    queryFn: ({ signal }) => get<PatientPage>(`/v1/cases/${id}/patients?${query}`, signal),
    enabled: isOn,
    staleTime: Infinity,
  });
}
