import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get } from '../../api/client.js';
import { Block } from '../../parts/block.js';
import { Table } from '../../parts/table.js';
import { Time } from '../../parts/time.js';
import { useTitle } from '../../parts/title.js';
import { leakPath } from '../../routes.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import type { LeakAnswer } from './leak-answer.js';
import { headingOf, LeakFound } from './leak-found.js';
import { leaksTexts } from './leaks-texts.js';

interface Past {
  readonly leaks: readonly (Pick<LeakAnswer, 'leak_id' | 'verdict' | 'given' | 'touched'> & {
    readonly group_id: string;
    readonly title: string;
    readonly period_from: string;
    readonly period_to: string;
    readonly control_samples: number;
    readonly control_named: number;
    readonly asked_by: string;
    readonly asked_at: string;
    readonly best_actor: string;
    readonly best_matched: number;
  })[];
}

/** Samples that were compared before, the newest first. */
export function PastLeaks() {
  const t = useOwnTexts(leaksTexts);
  const { f } = useTexts();
  const answer = useQuery({ queryKey: ['live', 'leaks'], queryFn: ({ signal }) => get<Past>('/v1/leaks', signal) });
  const heads = [[t.when], [t.outcome], [t.period], [t.matched, 'number'], [t.wrongly, 'number'], [t.by]] as const;
  return (
    <section className="sheet" aria-labelledby="past">
      <h2 id="past">{t.past}</h2>
      <Block answer={answer}>
        {({ leaks }) =>
          leaks.length === 0 ? (
            <p className="empty">{t.noPast}</p>
          ) : (
            <Table name={{ id: 'past' }} caption={t.pastCaption(leaks.length)} heads={heads}>
              {leaks.map((one) => (
                <tr key={one.leak_id}>
                  <th scope="row">
                    <Link href={leakPath(one.leak_id)}>{one.title || one.leak_id.slice(0, 8)}</Link>
                    <span className="below">
                      <Time at={one.asked_at} />
                    </span>
                  </th>
                  <td>{one.verdict === 'named' ? one.best_actor : t.verdicts[one.verdict]()}</td>
                  <td>
                    {f.day(one.period_from)} – {f.day(one.period_to)}
                    <span className="below">{one.group_id}</span>
                  </td>
                  <td className="number">{t.partOf(one.best_matched, one.touched)}</td>
                  <td className="number">{t.partOf(one.control_named, one.control_samples)}</td>
                  <td>{one.asked_by}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </Block>
    </section>
  );
}

/** One of them, as it was answered then. */
export function PastLeakPage({ id }: { readonly id: string }) {
  const answer = useQuery({
    queryKey: ['live', 'leak', id],
    queryFn: ({ signal }) =>
      get<LeakAnswer & { readonly title: string; readonly asked_at: string; readonly asked_by: string }>(
        `/v1/leaks/${encodeURIComponent(id)}`,
        signal,
      ),
  });
  return (
    <Block answer={answer} isPage>
      {(leak) => <Shown leak={leak} />}
    </Block>
  );
}

function Shown({
  leak,
}: {
  readonly leak: LeakAnswer & { readonly title: string; readonly asked_at: string; readonly asked_by: string };
}) {
  const t = useOwnTexts(leaksTexts);
  const { f } = useTexts();
  const heading = headingOf(leak, t);
  useTitle(heading);
  return (
    <>
      <h1>{heading}</h1>
      <p className="hint">{t.askedAt(leak.title, f.exact(leak.asked_at), leak.asked_by)}</p>
      <LeakFound found={leak} />
      <p>
        <Link href="/leaks">{t.allLeaks}</Link>
      </p>
    </>
  );
}
