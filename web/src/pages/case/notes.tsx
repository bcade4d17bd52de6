import type { ShownCase } from '../../api/answers.js';
import { Time } from '../../parts/time.js';
import { useTexts } from '../../texts/context.js';

/** What people wrote, and what they have taken as measures. What was corrected stands struck. */
export function Notes({ shown: { notes, measures } }: { readonly shown: ShownCase }) {
  const { t } = useTexts();
  return (
    <section aria-labelledby="notes">
      <h2 id="notes">{t.case.notes}</h2>
      {notes.length === 0 ? <p className="empty">{t.case.noNotes}</p> : null}
      <ul className="lines">
        {notes.map(({ note_id: id, by, at, text, struck }) => (
          <li key={id}>
            {struck.map(({ text: old }, place) => (
              <s key={place}>{old}</s>
            ))}
            <p className="text">{text ?? t.case.withheld}</p>
            <span className="below">
              {by}, <Time at={at} />
            </span>
          </li>
        ))}
      </ul>
      <h3>{t.case.measures}</h3>
      {measures.length === 0 ? <p className="empty">{t.case.noMeasures}</p> : null}
      <ul className="lines">
        {measures.map(({ action_id: id, kind, text, by, taken_at: at }) => (
          <li key={id}>
            <strong>{t.case.measureKinds[kind]}</strong> <span className="text">{text ?? t.case.withheld}</span>
            <span className="below">
              {by}, <Time at={at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
