import { Bars } from '../../parts/bars.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import type { AccountDay, AccountHour } from './account-answer.js';
import { accountTexts } from './account-texts.js';
import { hourByHour, type usualDay } from './normal.js';

interface DaysProps {
  readonly days: readonly AccountDay[];
  readonly lastDay: string;
  readonly usual: ReturnType<typeof usualDay>;
}

/** Patients of each day, today apart, with what is ordinary as lines across; the same as a table. */
export function Days({ days, lastDay, usual }: DaysProps) {
  const t = useOwnTexts(accountTexts);
  const { f } = useTexts();
  const bars = days.map(({ day, patients }) => ({ name: f.shortDay(day), value: patients, isNow: day === lastDay }));
  const levels =
    usual === undefined
      ? []
      : [
          { value: usual.median, text: t.usual(usual.median) },
          { value: usual.most, text: t.most(usual.most) },
        ];
  const worked = days.filter(({ events }) => events > 0).toReversed();
  const text = t.daysText(days.at(-1)?.patients ?? 0, usual?.median ?? 0, usual?.most ?? 0);
  return (
    <section className="sheet" aria-labelledby="days">
      <h2 id="days">{t.days}</h2>
      <Bars bars={bars} levels={levels} namedEvery={14} text={text} />
      <details>
        <summary>{t.daysTable(worked.length)}</summary>
        <table>
          <caption>{text}</caption>
          <thead>
            <tr>
              <th scope="col">{t.day}</th>
              {[t.patients, t.events, t.clinics].map((head) => (
                <th key={head} scope="col" className="number">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {worked.map(({ day, patients, events, clinics }) => (
              <tr key={day}>
                <th scope="row">
                  <time dateTime={day}>{f.day(day)}</time> {day === lastDay && <strong>({t.today})</strong>}
                </th>
                {[patients, events, clinics].map((value, place) => (
                  <td key={place} className="number">
                    {f.number(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}

/** Patients of each hour of today, beside the most that any day before had at that hour. */
export function Hours({ hours, lastDay }: { readonly hours: readonly AccountHour[]; readonly lastDay: string }) {
  const t = useOwnTexts(accountTexts);
  const { f } = useTexts();
  const all = hourByHour(hours, lastDay);
  const text = t.hoursText(all.filter(({ now, most }) => now > most).length);
  // Two bars an hour: the usual one first.
  const bars = all.flatMap(({ hour, now, most }) => [
    { name: `${hour} h`, value: most, isNow: false },
    { name: `${hour} h ${t.now}`, value: now, isNow: true },
  ]);
  return (
    <section className="sheet" aria-labelledby="hours">
      <h2 id="hours">{t.hours}</h2>
      <p className="lead">{text}</p>
      <p className="legend">
        <span>
          <svg width="12" height="12" aria-hidden="true">
            <rect className="bar" width="12" height="12" />
          </svg>{' '}
          {t.mostBefore}
        </span>
        <span>
          <svg width="12" height="12" aria-hidden="true">
            <rect className="bar bar-now" width="12" height="12" />
          </svg>{' '}
          {t.now}
        </span>
      </p>
      <Bars bars={bars} levels={[]} namedEvery={6} text={text} />
      <details>
        <summary>{t.hoursTable}</summary>
        <table>
          <caption>{text}</caption>
          <thead>
            <tr>
              <th scope="col">{t.hour}</th>
              {[t.now, t.mostBefore].map((head) => (
                <th key={head} scope="col" className="number">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {all.map(({ hour, now, most }) => (
              <tr key={hour}>
                <th scope="row">{`${hour} h`}</th>
                <td className="number">
                  {f.number(now)} {now > most && <strong>({t.above})</strong>}
                </td>
                <td className="number">{f.number(most)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}
