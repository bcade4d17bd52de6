import { lazy } from 'react';
import { Link } from 'wouter';
import type { Me, ShownCase } from '../../api/answers.js';
import { useCase } from '../../api/queries.js';
import { Block } from '../../parts/block.js';
import { accountPath, casePath, printPath } from '../../routes.js';
import { useTexts } from '../../texts/context.js';
import { Actions } from './actions.js';
import { CaseHead, CaseTotals, PrintFoot } from './case-head.js';
import { Clinics } from './clinics.js';
import { Curve } from './curve.js';
import { Notes } from './notes.js';
import { PatientsPart } from './patients.js';
import { TimelinePart } from './timeline.js';
import { Together } from './together/together.js';
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
}

function Part({ shown, id, part, me }: PageProps & { readonly shown: ShownCase }) {
  switch (part) {
    case 'timeline':
      return <TimelinePart id={id} />;
    case 'clinics':
      return <Clinics shown={shown} id={id} />;
    case 'patients':
      return <PatientsPart id={id} me={me} />;
    case 'why':
      return <Why id={id} me={me} />;
    case 'dossier':
      return <Dossier row={shown.case} me={me} />;
    default:
      return <Overview shown={shown} id={id} me={me} />;
  }
}

function Head({ shown, me }: { readonly shown: ShownCase; readonly me: Me }) {
  const { t } = useTexts();
  const { case: row, incidents } = shown;
  const actors = [...new Set(incidents.map(({ actor_id: actor }) => actor))];
  return (
    <>
      <CaseHead shown={shown} />
      <Actions row={row} me={me} />
      <p className="accounts">
        {actors.map((actor) => (
          <Link key={actor} href={accountPath(row.group_id, actor)}>
            {t.case.otherCases(actor)}
          </Link>
        ))}
        <Link href={printPath(row.case_id)}>{t.case.onPaper}</Link>
      </p>
    </>
  );
}

function Parts({ id, part }: { readonly id: string; readonly part: string }) {
  const { t } = useTexts();
  const all = [
    ['', t.case.overview],
    ['timeline', t.case.timeline],
    ['clinics', t.case.clinicsPart],
    ['patients', t.case.patientsPart],
    ['why', t.case.whyPart],
    ['dossier', t.case.dossierPart],
  ] as const;
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

function Overview({ shown, id, me }: { readonly shown: ShownCase; readonly id: string; readonly me: Me }) {
  return (
    <>
      <CaseTotals shown={shown} id={id} />
      <Curve shown={shown} id={id} />
      <div className="columns">
        <Together shown={shown} me={me} />
        <Fired shown={shown} />
        <ToldPart id={id} />
        <Notes shown={shown} />
      </div>
    </>
  );
}
