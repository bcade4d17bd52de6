import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { MuteRow } from '#libs/contracts/mute-row.js';
import type { Me } from '../../api/answers.js';
import { get, remove } from '../../api/client.js';
import { Block } from '../../parts/block.js';
import { Table } from '../../parts/table.js';
import { Time } from '../../parts/time.js';
import { useTitle } from '../../parts/title.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import { useSend } from '../../parts/send.js';
import { AddMute } from './add-mute.js';
import { mutesTexts } from './mutes-texts.js';

interface Mutes {
  readonly mutes: readonly (MuteRow & { readonly state: 'runs' | 'later' | 'over' })[];
}
type Mute = Mutes['mutes'][number];

const states = ['runs', 'later', 'over'] as const;
const signs = { runs: '◆', later: '○', over: '·' } as const;

/** What is being kept quiet, by whom, until when? */
export function MutesPage({ me }: { readonly me: Me }) {
  const answer = useQuery({
    queryKey: ['live', 'mutes'],
    queryFn: ({ signal }) => get<Mutes>('/v1/mutes', signal),
    refetchInterval: 60_000,
  });
  return (
    <Block answer={answer} isPage>
      {({ mutes }) => <Shown mutes={mutes} me={me} />}
    </Block>
  );
}

function Shown({ mutes, me }: { readonly mutes: readonly Mute[]; readonly me: Me }) {
  const t = useOwnTexts(mutesTexts);
  const mayMute = me.roles.some((role) => role !== 'reader');
  const inState = (state: Mute['state']) => mutes.filter((one) => one.state === state);
  const heading = t.heading(inState('runs').length, inState('later').length);
  useTitle(heading);
  const { send, said, isBusy } = useSend();
  const end = (one: Mute) =>
    void send(
      () => remove(`/v1/mutes/${one.mute_id}`),
      () => t.ended,
    );
  const heads = [
    [t.state],
    [t.what],
    [t.from],
    [t.until],
    [t.owner],
    [t.reason],
    [t.by],
    ...(mayMute ? [[t.end] as const] : []),
  ] as const;
  return (
    <>
      <h1>{heading}</h1>
      <p className="hint">
        {t.hint} <Link href="/exceptions">{t.exceptions}</Link>
      </p>
      {said}
      {mutes.length > 0 && (
        <Table name={{ label: t.title }} caption={t.caption(mutes.length)} heads={heads}>
          {states.flatMap(inState).map((one) => (
            <Row key={one.mute_id} one={one} mayMute={mayMute} isBusy={isBusy} onEnd={() => end(one)} />
          ))}
        </Table>
      )}
      <section className="sheet" aria-labelledby="add-mute">
        <h2 id="add-mute">{t.add}</h2>
        {mayMute ? <AddMute me={me} /> : <p>{t.mayNot}</p>}
      </section>
    </>
  );
}

interface RowProps {
  readonly one: Mute;
  readonly mayMute: boolean;
  readonly isBusy: boolean;
  readonly onEnd: () => void;
}

function Row({ one, mayMute, isBusy, onEnd }: RowProps) {
  const t = useOwnTexts(mutesTexts);
  const { t: common } = useTexts();
  const parts = [
    one.actor_id && t.account(one.actor_id),
    one.clinic_id && t.clinic(one.clinic_id),
    one.rule_id && t.rule(one.rule_id),
    one.level_max !== '' && t.upTo(common.levels[one.level_max]),
    one.covers_critical && t.critical,
  ];
  const what = parts.filter(Boolean).join(', ') || t.all;
  return (
    <tr>
      <td>
        <span aria-hidden="true">{signs[one.state]}</span> {t.states[one.state]}
      </td>
      <th scope="row">
        {what}
        <span className="below">{one.group_id}</span>
      </th>
      <td>
        <Time at={one.starts_at} />
      </td>
      <td>
        <Time at={one.removed ? one.updated_at : one.ends_at} />
      </td>
      <td>{one.owner}</td>
      <td>{one.reason}</td>
      <td>{one.created_by}</td>
      {mayMute && (
        <td>
          {one.state !== 'over' && (
            <button type="button" disabled={isBusy} aria-label={t.endOf(what)} onClick={onEnd}>
              {t.end}
            </button>
          )}
        </td>
      )}
    </tr>
  );
}
