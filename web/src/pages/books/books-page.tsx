import { useQuery } from '@tanstack/react-query';
import { get } from '../../api/client.js';
import { Block } from '../../parts/block.js';
import { type Channels, toldOf, waitingOf } from '../../parts/channels.js';
import { Table } from '../../parts/table.js';
import { useTitle } from '../../parts/title.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import { booksTexts } from './books-texts.js';

interface Books {
  readonly checked_at: string;
  /** The newest first. */
  readonly days: readonly {
    readonly group_id: string;
    readonly source: string;
    readonly day: string;
    readonly received: number;
    readonly refused: number;
    readonly events: number;
    readonly rows: number;
    readonly quarantined: number;
  }[];
}
type Day = Books['days'][number];

/** Days that are shown. */
const daysShown = 14;

/** Do the books balance? */
export function BooksPage() {
  const answer = useQuery({
    queryKey: ['live', 'books'],
    queryFn: ({ signal }) => get<Books>('/v1/books', signal),
    refetchInterval: 120_000,
  });
  const channels = useQuery({
    queryKey: ['live', 'channels'],
    queryFn: ({ signal }) => get<Channels>('/v1/channels', signal),
    refetchInterval: 120_000,
  });
  const t = useOwnTexts(booksTexts);
  return (
    <>
      <Block answer={answer} isPage>
        {(books) => <Shown books={books} />}
      </Block>
      <section className="sheet" aria-labelledby="told">
        <h2 id="told">{t.told}</h2>
        <Block answer={channels}>{(told) => <p>{t.toldHeading(toldOf(told), waitingOf(told))}</p>}</Block>
      </section>
    </>
  );
}

function Shown({ books: { days, checked_at: at } }: { readonly books: Books }) {
  const t = useOwnTexts(booksTexts);
  const { f } = useTexts();
  const apart = days.filter((one) => isCounted(one) && apartOf(one) > 0);
  const heading =
    days.length === 0
      ? t.nothing(daysShown)
      : apart.length === 0
        ? t.balanced(days.reduce((sum, { received }) => sum + received, 0))
        : t.apart(
            apart.reduce((sum, one) => sum + apartOf(one), 0),
            new Set(apart.map(({ group_id, source }) => `${group_id} ${source}`)).size,
          );
  useTitle(heading);
  const heads = [
    [t.day],
    [t.source],
    [t.received, 'number'],
    [t.stored, 'number'],
    [t.aside, 'number'],
    [t.refused, 'number'],
    [t.difference],
    [t.rows, 'number'],
  ] as const;
  return (
    <>
      <h1>{heading}</h1>
      <p className="hint">{t.hint}</p>
      {days.length > 0 && (
        <Table name={{ label: t.title }} caption={t.caption(days.length, f.moment(at))} heads={heads}>
          {days.map((one) => (
            <Row key={`${one.day} ${one.group_id} ${one.source}`} one={one} />
          ))}
        </Table>
      )}
    </>
  );
}

/** Before ingestors counted, and of what a replay brought, there is nothing to compare with. */
function isCounted({ received }: Day): boolean {
  return received > 0;
}

function apartOf({ received, refused, events, quarantined }: Day): number {
  return received - refused - events - quarantined;
}

function Row({ one }: { readonly one: Day }) {
  const t = useOwnTexts(booksTexts);
  const { f } = useTexts();
  const apart = apartOf(one);
  return (
    <tr>
      <td>
        <time dateTime={one.day}>{f.day(`${one.day}T12:00:00.000Z`)}</time>
      </td>
      <th scope="row">
        {one.source}
        <span className="below">{one.group_id}</span>
      </th>
      <td className="number">{isCounted(one) ? f.number(one.received) : '–'}</td>
      <td className="number">{f.number(one.events)}</td>
      <td className="number">{f.number(one.quarantined)}</td>
      <td className="number">{f.number(one.refused)}</td>
      <td className={isCounted(one) && apart > 0 ? 'feed-thin' : undefined}>
        <span aria-hidden="true">{!isCounted(one) ? '' : apart === 0 ? '✓ ' : apart > 0 ? '! ' : '· '}</span>
        {!isCounted(one) ? t.uncounted : apart === 0 ? t.even : apart > 0 ? t.more(apart) : t.fewer(-apart)}
      </td>
      <td className="number">{f.number(one.rows)}</td>
    </tr>
  );
}
