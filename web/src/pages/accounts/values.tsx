import { Table } from '../../parts/table.js';
import { Time } from '../../parts/time.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import type { AccountValue } from './account-answer.js';
import { accountTexts } from './account-texts.js';

/** Clinics, addresses, applications, devices and programs of an account: today beside the days before. */
export function Values({ values }: { readonly values: readonly AccountValue[] }) {
  const t = useOwnTexts(accountTexts);
  const { f } = useTexts();
  const heads = [[t.kind], [t.value], [t.now, 'number'], [t.before, 'number'], [t.since]] as const;
  const ordered = values.toSorted((one, other) => other.events_last_day - one.events_last_day);
  return (
    <section className="sheet" aria-labelledby="values">
      <h2 id="values">{t.values}</h2>
      <Table name={{ id: 'values' }} caption={t.valuesCaption(values.length)} heads={heads}>
        {ordered.map(({ kind, value, events_before: before, events_last_day: now, first_time: first }) => (
          <tr key={`${kind} ${value}`}>
            <td>{t.kinds[kind]}</td>
            <th scope="row" className="named">
              {value} {before === 0 && <em className="fresh-value">◆ {t.fresh}</em>}
            </th>
            <td className="number">{f.number(now)}</td>
            <td className="number">{f.number(before)}</td>
            <td>
              <Time at={first} />
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
