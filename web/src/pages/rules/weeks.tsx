import { Table } from '../../parts/table.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import type { RuleWhole } from './rules-answer.js';
import { rulesTexts } from './rules-texts.js';

const verdicts = ['true_positive', 'authorised', 'false_positive', ''] as const;

/** What people found of the cases of each week. */
export function Weeks({ weeks }: { readonly weeks: NonNullable<RuleWhole['weeks']> }) {
  const t = useOwnTexts(rulesTexts);
  const { f } = useTexts();
  const all = [...Map.groupBy(weeks, ({ week }) => week)].toSorted(([one], [other]) => (one < other ? 1 : -1));
  const heads = [[t.week], [t.wasTrue, 'number'], [t.authorised, 'number'], [t.wrong, 'number'], [t.open, 'number']] as const;
  return (
    <section className="sheet" aria-labelledby="weeks">
      <h2 id="weeks">{t.weeks}</h2>
      {all.length === 0 ? (
        <p>{t.noWeeks}</p>
      ) : (
        <Table name={{ id: 'weeks' }} caption={t.weeksCaption(all.length)} heads={heads}>
          {all.map(([week, found]) => (
            <tr key={week}>
              <th scope="row">
                <time dateTime={week}>{f.day(week)}</time>
              </th>
              {verdicts.map((verdict) => (
                <td key={verdict} className="number">
                  {f.number(found.filter((one) => one.verdict === verdict).reduce((sum, { cases }) => sum + cases, 0))}
                </td>
              ))}
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}
