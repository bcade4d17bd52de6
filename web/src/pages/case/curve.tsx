import type { Shape, ShownCase, Told } from '../../api/answers.js';
import { useShape, useTold } from '../../api/queries.js';
import { Block } from '../../parts/block.js';
import { Time } from '../../parts/time.js';
import { type Said, useTexts } from '../../texts/context.js';
import { Chart } from './chart.js';
import type { Mark } from '../../parts/curve-geometry.js';
import { ruleTitle } from '../../parts/rule-title.js';

/** Rules that a mark names; all of them stand below. */
const rulesMax = 2;

/** How many patients had been touched as time went on, with what happened beside it; the same as a table. */
export function Curve({ shown, id }: { readonly shown: ShownCase; readonly id: string }) {
  const said = useTexts();
  const { t } = said;
  const told = useTold(id);
  return (
    <section aria-labelledby="curve">
      <h2 id="curve">{t.case.chart}</h2>
      <Block answer={useShape(id)}>
        {(shape) =>
          shape.points.length === 0 ? (
            <p className="empty">{shown.case.patients === 0 ? t.case.noPatient : t.case.notYet}</p>
          ) : (
            <Drawn shape={shape} marks={marksOf(shown, told.data, said)} />
          )
        }
      </Block>
    </section>
  );
}

function Drawn({ shape, marks }: { readonly shape: Shape; readonly marks: readonly Mark[] }) {
  const { t, f } = useTexts();
  const text = t.case.chartText(f.number(shape.total), f.moment(shape.first_time), f.moment(shape.last_time));
  return (
    <>
      <Chart shape={shape} marks={marks} text={text} />
      <h3 className="spoken">{t.case.marks}</h3>
      <ol className="marks">
        {marks.map(({ at, text: says }, place) => (
          <li key={place}>
            <Time at={at} /> {says}
          </li>
        ))}
      </ol>
      <details>
        <summary>{t.case.table(shape.points.length)}</summary>
        <table>
          <caption>{text}</caption>
          <thead>
            <tr>
              <th scope="col">{t.case.tableTime}</th>
              <th scope="col" className="number">
                {t.case.tablePatients}
              </th>
            </tr>
          </thead>
          <tbody>
            {shape.points.map(({ at, patients }) => (
              <tr key={at}>
                <th scope="row">
                  <Time at={at} />
                </th>
                <td className="number">{f.number(patients)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

/** What happened, in order: accesses by their own time, people by the clock on the wall. */
function marksOf({ case: row, incidents }: ShownCase, told: Told | undefined, { t, f }: Pick<Said, 't' | 'f'>): readonly Mark[] {
  const matches = incidents.flatMap(({ rule_matches: all }) => all);
  // Rules that fire in the same minute are one mark: a large theft breaks a dozen at once.
  const fired = [...Map.groupBy(matches, ({ first_fired: at }) => at.slice(0, 16)).values()].map((all) => ({
    at: all.map(({ first_fired: at }) => at).toSorted()[0] ?? row.first_time,
    text: t.case.mark.fired(
      all.slice(0, rulesMax).map(({ title }) => ruleTitle(f.locale, title)),
      Math.max(0, all.length - rulesMax),
    ),
  }));
  const delivered = told?.notifications.find(({ outcome }) => outcome === 'delivered');
  const marks = [
    { at: row.first_time, text: t.case.mark.first },
    ...fired,
    ...incidents.slice(0, 1).map(({ detected_at: at }) => ({ at, text: t.case.mark.detected })),
    ...(delivered ? [{ at: delivered.at, text: t.case.mark.told }] : []),
    ...(row.acknowledged_at === null ? [] : [{ at: row.acknowledged_at, text: t.case.mark.taken(row.acknowledged_by) }]),
  ];
  return marks.toSorted((one, other) => (one.at < other.at ? -1 : 1));
}
