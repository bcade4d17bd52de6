import type { Feeds } from '../../api/answers.js';
import { useFeeds } from '../../api/queries.js';
import { Block } from '../../parts/block.js';
import { Table } from '../../parts/table.js';
import { Time } from '../../parts/time.js';
import { useTitle } from '../../parts/title.js';
import { useTexts } from '../../texts/context.js';
import type { Format } from '../../texts/format.js';

type Source = Feeds['sources'][number];
const states = ['silent', 'thin', 'ok'] as const;
const signs = { ok: '✓', thin: '!', silent: '◆' } as const;

/** Is Vigie seeing everything? */
export function FeedsPage() {
  return (
    <Block answer={useFeeds()} isPage>
      {(feeds) => <Seen feeds={feeds} />}
    </Block>
  );
}

function Seen({ feeds: { sources, checked_at: at, is_old: isOld } }: { readonly feeds: Feeds }) {
  const { t, f } = useTexts();
  const heading = t.feeds.headline(sources.filter(({ state }) => state !== 'ok').length, sources.length);
  useTitle(heading);
  const ordered = sources.toSorted((one, other) => states.indexOf(one.state) - states.indexOf(other.state));
  const heads = [
    [t.feeds.source],
    [t.feeds.state],
    [t.feeds.last],
    [t.feeds.hour, 'number'],
    [t.feeds.habit, 'number'],
    [t.feeds.day, 'number'],
    [t.feeds.delay, 'number'],
    [t.feeds.aside],
  ] as const;
  return (
    <>
      <h1>{heading}</h1>
      {isOld && <p className="notice notice-wrong">{t.states.failed(t.refusals['store_away'] ?? '')}</p>}
      {sources.length > 0 && (
        <Table name={{ label: t.feeds.title }} caption={t.feeds.caption(sources.length, f.moment(at))} heads={heads}>
          {ordered.map((one) => (
            <Row key={`${one.group_id} ${one.source}`} one={one} />
          ))}
        </Table>
      )}
    </>
  );
}

function Row({ one }: { readonly one: Source }) {
  const { t, f } = useTexts();
  return (
    <tr>
      <th scope="row">
        {one.source}
        <span className="below">{one.group_id}</span>
      </th>
      <td className={`feed-${one.state}`}>
        <span aria-hidden="true">{signs[one.state]}</span> {t.feeds.states[one.state]}
      </td>
      <td>{one.last_received === undefined ? t.feeds.never : <Time at={one.last_received} />}</td>
      <td className="number">{f.number(one.events_hour)}</td>
      <td className="number">{f.number(Math.round(one.habit_hour))}</td>
      <td className="number">
        {f.number(one.events_day)}
        {one.dated_ahead > 0 && <span className="below">{t.feeds.ahead(one.dated_ahead)}</span>}
      </td>
      <td className="number">{f.span(Math.max(0, one.delay_seconds) * 1_000)}</td>
      <td>
        {asideOf(one, f)}
        {one.lacks.length > 0 && <span className="below">{t.feeds.lacks(one.lacks.map((gap) => t.feeds.gaps[gap]))}</span>}
      </td>
    </tr>
  );
}

function asideOf({ set_aside: aside }: Source, f: Format): string {
  return Object.entries(aside)
    .map(([reason, records]) => `${f.number(records)} ${reason}`)
    .join(', ');
}
