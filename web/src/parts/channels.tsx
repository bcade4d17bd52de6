import { Table } from './table.js';
import { Time } from './time.js';
import { useTexts } from '../texts/context.js';
import type { Format } from '../texts/format.js';
import { ownTexts, useOwnTexts } from '../texts/own.js';

/** How receivers were reached, each message by the outcome of its newest attempt. */
export interface Channels {
  readonly checked_at: string;
  readonly from: string;
  readonly channels: readonly {
    readonly endpoint: string;
    readonly delivered: number;
    readonly failed: number;
    readonly refused: number;
    readonly expired: number;
    readonly muted: number;
    readonly superseded: number;
    readonly newest_outcome: Outcome;
    readonly newest_reason: string;
    readonly newest_at: string;
    readonly delay_seconds: number | null;
  }[];
}
type Outcome = 'delivered' | 'failed' | 'refused' | 'expired' | 'muted' | 'superseded';

const texts = ownTexts({
  fr: (f: Format) => ({
    name: 'Canal',
    state: 'État',
    delivered: 'Délivrés',
    waiting: 'En attente',
    lost: 'Abandonnés',
    quiet: 'Tus ou inutiles',
    newest: 'Dernier essai',
    delay: 'Délai médian',
    caption: (n: number) =>
      `${f.number(n)} ${f.plural(n, 'canal', 'canaux')}, messages des sept derniers jours, d’abord ce qui n’arrive pas`,
    states: { good: 'arrive', waits: 'attend', bad: 'n’arrive pas' },
  }),
  en: (f: Format) => ({
    name: 'Channel',
    state: 'State',
    delivered: 'Delivered',
    waiting: 'Waiting',
    lost: 'Given up',
    quiet: 'Muted or superseded',
    newest: 'Newest attempt',
    delay: 'Median delay',
    caption: (n: number) =>
      `${f.number(n)} ${f.plural(n, 'channel', 'channels')}, messages of the last seven days, what does not arrive first`,
    states: { good: 'arrives', waits: 'waits', bad: 'does not arrive' },
  }),
});

const signs = { good: '✓', waits: '!', bad: '◆' } as const;
const order = ['bad', 'waits', 'good'] as const;
type State = (typeof order)[number];

export function toldOf({ channels }: Channels): number {
  return channels.reduce((sum, { delivered }) => sum + delivered, 0);
}

/** Messages that are tried again. */
export function waitingOf({ channels }: Channels): number {
  return channels.reduce((sum, { failed, refused }) => sum + failed + refused, 0);
}

/** Whether a channel brings what it is given: what was refused or given up last does not arrive, whatever arrived before. */
export function stateOf({ newest_outcome: newest, failed, refused }: Channels['channels'][number]): State {
  if (newest === 'refused' || newest === 'expired') return 'bad';
  return newest === 'failed' || failed + refused > 0 ? 'waits' : 'good';
}

/** Each receiver with what became of its messages. `id` of the heading that names it. */
export function ChannelTable({ channels, id }: { readonly channels: Channels['channels']; readonly id: string }) {
  const t = useOwnTexts(texts);
  const { t: common, f } = useTexts();
  const heads = [
    [t.name],
    [t.state],
    [t.delivered, 'number'],
    [t.waiting, 'number'],
    [t.lost, 'number'],
    [t.quiet, 'number'],
    [t.delay, 'number'],
    [t.newest],
  ] as const;
  return (
    <Table name={{ id }} caption={t.caption(channels.length)} heads={heads}>
      {channels
        .toSorted((one, other) => order.indexOf(stateOf(one)) - order.indexOf(stateOf(other)))
        .map((one) => (
          <tr key={one.endpoint}>
            <th scope="row">{one.endpoint}</th>
            <td className={{ good: 'feed-ok', waits: 'feed-thin', bad: 'feed-silent' }[stateOf(one)]}>
              <span aria-hidden="true">{signs[stateOf(one)]}</span> {t.states[stateOf(one)]}
            </td>
            <td className="number">{f.number(one.delivered)}</td>
            <td className="number">{f.number(one.failed + one.refused)}</td>
            <td className="number">{f.number(one.expired)}</td>
            <td className="number">{f.number(one.muted + one.superseded)}</td>
            <td className="number">{one.delay_seconds === null ? '–' : f.span(one.delay_seconds * 1_000)}</td>
            <td>
              {common.case.outcomes[one.newest_outcome]}, <Time at={one.newest_at} />
              {one.newest_reason && (
                <span className="below" lang="en">
                  {one.newest_reason}
                </span>
              )}
            </td>
          </tr>
        ))}
    </Table>
  );
}
