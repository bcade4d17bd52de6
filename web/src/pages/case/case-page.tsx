import { lazy } from 'react';
import { Link } from 'wouter';
import type { Me, ShownCase } from '../../api/answers.js';
import { useCase, useShape } from '../../api/queries.js';
import { useNow } from '../../live/clock.js';
import { Block } from '../../parts/block.js';
import { Level, Status } from '../../parts/level.js';
import { usePrintFoot } from '../../parts/print-foot.js';
import { useTitle } from '../../parts/title.js';
import { accountPath, casePath } from '../../routes.js';
import { useTexts } from '../../texts/context.js';
import { Actions } from './actions.js';
import { Clinics } from './clinics.js';
import { Curve } from './curve.js';
import { Notes } from './notes.js';
import { PatientsPart } from './patients.js';
import { TimelinePart } from './timeline.js';
import { ToldPart } from './told.js';
import { Fired } from './fired.js';
import './case.css';

const Why = lazy(() => import('./why/why-part.js').then(({ WhyPart: part }) => ({ default: part })));
const Dossier = lazy(() => import('./dossier/dossier-part.js').then(({ DossierPart: part }) => ({ default: part })));

interface PageProps {
  readonly id: string;
  /** Empty for the overview. */
  readonly part: string;
  readonly me: Me;
}

/** What happened, how bad is it, what now? */
export function CasePage({ id, part, me }: PageProps) {
  const answer = useCase(id);
  return (
    <Block answer={answer} isPage>
      {(shown) => (
        <article className="case">
          <Head shown={shown} me={me} />
          <Parts id={shown.case.case_id} part={part} />
          <Part shown={shown} id={id} part={part} me={me} />
          <PrintFoot id={shown.case.case_id} me={me} />
        </article>
      )}
    </Block>
  );
} // prettier-ignore

/** Which case a sheet of paper is of, whose it is and from when. */
function PrintFoot({ id, me }: { readonly id: string; readonly me: Me }) {
  const { t, f } = useTexts();
  usePrintFoot(t.case.printed(id, me.id, f.exact(useNow(60_000))));
  return null;
}

function Part({ shown, id, part, me }: PageProps & { readonly shown: ShownCase }) {
  switch (part) {
    case 'timeline':
      return <TimelinePart id={id} />;
    case 'clinics':
      return <Clinics id={id} />;
    case 'patients':
      return <PatientsPart id={id} me={me} />;
    case 'why':
      return <Why id={id} me={me} />;
    case 'dossier':
      return <Dossier row={shown.case} me={me} />;
    default:
      return <Overview shown={shown} id={id} />;
  }
}

function Head({ shown, me }: { readonly shown: ShownCase; readonly me: Me }) {
  const { t, f } = useTexts();
  const { case: row, incidents } = shown;
  const actors = [...new Set(incidents.map(({ actor_id: actor }) => actor))];
  const heading = t.case.heading(row.actor_id, row.patients === null ? null : t.caseFigure(row), row.clinics.length, row.other_clinics, f.moment(row.first_time), f.until(row.last_time, row.first_time));
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
      <Actions row={row} me={me} />
      <p className="accounts">
        {actors.map((actor) => (
          <Link key={actor} href={accountPath(row.group_id, actor)}>
            {t.case.otherCases(actor)}
          </Link>
        ))}
      </p>
    </>
  );
} // prettier-ignore

function Parts({ id, part }: { readonly id: string; readonly part: string }) {
  const { t } = useTexts();
  const all = [['', t.case.overview], ['timeline', t.case.timeline], ['clinics', t.case.clinicsPart], ['patients', t.case.patientsPart], ['why', t.case.whyPart], ['dossier', t.case.dossierPart]] as const; // prettier-ignore
  return (
    <nav className="parts" aria-label={t.case.parts}>
      {all.map(([name, text]) => (
        <Link key={name} href={casePath(id, name && `/${name}`)} aria-current={name === part ? 'page' : undefined}>
          {text}
        </Link>
      ))}
    </nav>
  );
}

function Overview({ shown, id }: { readonly shown: ShownCase; readonly id: string }) {
  return (
    <>
      <Totals shown={shown} id={id} />
      <Curve shown={shown} id={id} />
      <div className="columns">
        <Fired shown={shown} />
        <ToldPart id={id} />
        <Notes shown={shown} />
      </div>
    </>
  );
}

function Totals({ shown: { case: row, incidents }, id }: { readonly shown: ShownCase; readonly id: string }) {
  const { t, f } = useTexts();
  const { data: shape } = useShape(id);
  const [first] = incidents;
  const atFiring = first?.patients_at_firing ?? null;
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
