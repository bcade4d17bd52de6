import { useQuery } from '@tanstack/react-query';
import { get } from '../../api/client.js';
import { Block } from '../../parts/block.js';
import { type Channels, ChannelTable, stateOf } from '../../parts/channels.js';
import { Given } from '../../parts/rule-title.js';
import { Table } from '../../parts/table.js';
import { Time } from '../../parts/time.js';
import { useTitle } from '../../parts/title.js';
import type { Format } from '../../texts/format.js';
import { useTexts } from '../../texts/context.js';
import { ownTexts, useOwnTexts } from '../../texts/own.js';

interface OnCall {
  readonly at: string;
  readonly schedules: readonly {
    readonly schedule: string;
    readonly person: string | null;
    readonly turns: readonly { readonly from: string; readonly until: string; readonly person: string | null }[];
  }[];
}

const texts = ownTexts({
  fr: (f: Format) => ({
    title: 'Astreintes',
    heading: (people: readonly string[], empty: number) =>
      `${people.length === 0 ? 'Personne n’est d’astreinte' : `D’astreinte : ${f.list(people)}`}${empty > 0 ? ` ; ${f.number(empty)} ${f.plural(empty, 'calendrier n’a', 'calendriers n’ont')} personne` : ''}.`,
    none: 'Aucun calendrier d’astreinte n’est défini.',
    noneHint:
      'Les calendriers sont dans le fichier de VIGIE_ROUTING_FILE ; sans lui, tous les messages vont aux destinataires par défaut.',
    now: 'En ce moment',
    caption: (at: string) => `à ${at}, heure de ce navigateur`,
    schedule: 'Calendrier',
    person: 'Personne',
    until: 'Jusqu’à',
    nobody: 'personne',
    week: 'Les sept jours qui viennent :',
    weekCaption: (n: number) => `${f.number(n)} ${f.plural(n, 'tour', 'tours')}`,
    from: 'De',
    to: 'À',
    channels: 'Les canaux',
    channelsHeading: (bad: readonly string[], n: number) =>
      n === 0
        ? 'Aucun message n’est parti en sept jours.'
        : bad.length === 0
          ? 'Ce qui est envoyé arrive.'
          : `N’arrive pas : ${f.list(bad)}.`,
    nobodyHint: 'Quand personne n’est d’astreinte, l’étape suivante de la chaîne est prévenue aussitôt.',
  }),
  en: (f: Format) => ({
    title: 'On call',
    heading: (people: readonly string[], empty: number) =>
      `${people.length === 0 ? 'Nobody is on call' : `On call: ${f.list(people)}`}${empty > 0 ? `; ${f.number(empty)} ${f.plural(empty, 'schedule has', 'schedules have')} nobody` : ''}.`,
    none: 'No schedule of who is on call is set up.',
    noneHint: 'Schedules are in the file of VIGIE_ROUTING_FILE; without it all messages go to the receivers that are set up.',
    now: 'Now',
    caption: (at: string) => `at ${at}, by the clock of this browser`,
    schedule: 'Schedule',
    person: 'Person',
    until: 'Until',
    nobody: 'nobody',
    week: 'The next seven days:',
    weekCaption: (n: number) => `${f.number(n)} ${f.plural(n, 'turn', 'turns')}`,
    from: 'From',
    to: 'To',
    channels: 'Channels',
    channelsHeading: (bad: readonly string[], n: number) =>
      n === 0
        ? 'No message has gone out in seven days.'
        : bad.length === 0
          ? 'What is sent arrives.'
          : `Does not arrive: ${f.list(bad)}.`,
    nobodyHint: 'Where nobody is on call, the next step of the chain is told at once.',
  }),
});

/** Who is reached now, and in the week to come? */
export function OnCallPage() {
  const answer = useQuery({
    queryKey: ['live', 'oncall'],
    queryFn: ({ signal }) => get<OnCall>('/v1/oncall', signal),
    refetchInterval: 60_000,
  });
  const channels = useQuery({
    queryKey: ['live', 'channels'],
    queryFn: ({ signal }) => get<Channels>('/v1/channels', signal),
    refetchInterval: 60_000,
  });
  const t = useOwnTexts(texts);
  return (
    <>
      <Block answer={answer} isPage>
        {(on) => <Shown on={on} />}
      </Block>
      <section className="sheet" aria-labelledby="channels">
        <h2 id="channels">{t.channels}</h2>
        <Block answer={channels}>{(told) => <Reached channels={told.channels} />}</Block>
      </section>
    </>
  );
}

function Reached({ channels }: Pick<Channels, 'channels'>) {
  const t = useOwnTexts(texts);
  return (
    <>
      <p>
        {t.channelsHeading(
          channels.filter((one) => stateOf(one) === 'bad').map(({ endpoint }) => endpoint),
          channels.length,
        )}
      </p>
      {channels.length > 0 && <ChannelTable channels={channels} id="channels" />}
    </>
  );
}

function Shown({ on: { at, schedules } }: { readonly on: OnCall }) {
  const t = useOwnTexts(texts);
  const { f } = useTexts();
  const people = [...new Set(schedules.flatMap(({ person }) => person ?? []))];
  const heading = schedules.length === 0 ? t.none : t.heading(people, schedules.filter(({ person }) => person === null).length);
  useTitle(heading);
  return (
    <>
      <h1>{heading}</h1>
      {schedules.length === 0 ? (
        <p className="empty">{t.noneHint}</p>
      ) : (
        <>
          <Table name={{ label: t.now }} caption={t.caption(f.moment(at))} heads={[[t.schedule], [t.person], [t.until]]}>
            {schedules.map(({ schedule, person, turns }) => (
              <tr key={schedule}>
                <th scope="row">
                  <Given text={schedule} />
                </th>
                <Person of={person} />
                <td>{turns[0] && <Time at={turns[0].until} />}</td>
              </tr>
            ))}
          </Table>
          {schedules.some(({ person }) => person === null) && <p className="hint">{t.nobodyHint}</p>}
          {schedules.map(({ schedule, turns }) => (
            <section key={schedule} className="sheet" aria-labelledby={`week-${schedule}`}>
              <h2 id={`week-${schedule}`}>
                {t.week} <Given text={schedule} />
              </h2>
              <Table
                name={{ id: `week-${schedule}` }}
                caption={t.weekCaption(turns.length)}
                heads={[[t.from], [t.to], [t.person]]}
              >
                {turns.map((turn) => (
                  <tr key={turn.from}>
                    <th scope="row">
                      <Time at={turn.from} />
                    </th>
                    <td>
                      <Time at={turn.until} from={turn.from} />
                    </td>
                    <Person of={turn.person} />
                  </tr>
                ))}
              </Table>
            </section>
          ))}
        </>
      )}
    </>
  );
}

function Person({ of }: { readonly of: string | null }) {
  const t = useOwnTexts(texts);
  return of === null ? (
    <td className="feed-silent">
      <span aria-hidden="true">◆ </span>
      {t.nobody}
    </td>
  ) : (
    <td>
      <Given text={of} />
    </td>
  );
}
