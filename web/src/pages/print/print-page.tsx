import type { Me, ShownCase } from '../../api/answers.js';
import { useCase } from '../../api/queries.js';
import { Block } from '../../parts/block.js';
import { Clinics } from '../case/clinics.js';
import { CaseHead, CaseTotals, PrintFoot } from '../case/case-head.js';
import { Curve } from '../case/curve.js';
import { Fired } from '../case/fired.js';
import { Notes } from '../case/notes.js';
import { TimelinePart } from '../case/timeline.js';
import { ToldPart } from '../case/told.js';
import { Together } from '../case/together/together.js';
import { useOwnTexts, ownTexts } from '../../texts/own.js';
import '../case/case.css';

const texts = ownTexts({
  fr: () => ({
    hint: 'Tout le cas sur une page, sans la liste des patients : à imprimer ou à enregistrer en PDF.',
    print: 'Imprimer',
    back: 'Retour au cas',
  }),
  en: () => ({
    hint: 'All of the case on one page, without the list of patients: to print or to keep as a PDF.',
    print: 'Print',
    back: 'Back to the case',
  }),
});

/** The case on paper: everything that its pages say, one below the other, but whose records they are. */
export function PrintPage({ id, me }: { readonly id: string; readonly me: Me }) {
  return (
    <Block answer={useCase(id)} isPage>
      {(shown) => <Sheets shown={shown} me={me} />}
    </Block>
  );
}

function Sheets({ shown, me }: { readonly shown: ShownCase; readonly me: Me }) {
  const t = useOwnTexts(texts);
  const { case_id: id } = shown.case;
  return (
    <article className="case">
      <p className="screen-only">
        {t.hint}{' '}
        <button type="button" onClick={() => print()}>
          {t.print}
        </button>{' '}
        <a href={`/cases/${id}`}>{t.back}</a>
      </p>
      <CaseHead shown={shown} />
      <CaseTotals shown={shown} id={id} />
      <Curve shown={shown} id={id} />
      <div className="columns">
        <Together shown={shown} />
        <Fired shown={shown} />
        <ToldPart id={id} />
        <Notes shown={shown} />
      </div>
      <Clinics shown={shown} id={id} />
      <TimelinePart id={id} />
      <PrintFoot id={id} me={me} />
    </article>
  );
}
