import { Table } from '../../parts/table.js';
import { Time } from '../../parts/time.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import type { Finding, LeakAnswer } from './leak-answer.js';
import { leaksTexts } from './leaks-texts.js';

type Words = ReturnType<typeof leaksTexts.fr>;

export function headingOf({ verdict, findings, touched }: LeakAnswer, t: Words): string {
  const [best] = findings;
  return verdict === 'named' && best
    ? t.verdicts.named(best.actor_id, best.matched, touched)
    : t.verdicts[verdict === 'named' ? 'nobody' : verdict]();
}

/** What the comparison found: how often it would be wrong stands above whom it names. */
export function LeakFound({ found }: { readonly found: LeakAnswer }) {
  const t = useOwnTexts(leaksTexts);
  const { f } = useTexts();
  const { exportHeads: heads } = t;
  return (
    <>
      <p className="notice">{t.controls(found.controls.named, found.controls.samples)}</p>
      <p>
        {t.figures(found.given, found.known, found.touched, found.accounts)}{' '}
        {found.verdict === 'named' && t.unexplained(found.unexplained)}{' '}
        {found.verdict === 'too_small' && found.smallest !== null && t.smallest(found.smallest)}
      </p>
      <Findings title={t.findings} id="findings" all={found.findings} />
      <Findings title={t.doubtful} id="doubtful" all={found.doubtful} />
      {found.exports.length > 0 && (
        <section className="sheet" aria-labelledby="exports">
          <h2 id="exports">{t.exports(found.exports_found)}</h2>
          <Table
            name={{ id: 'exports' }}
            caption={t.caption(found.exports.length)}
            heads={[[heads.at], [heads.account], [heads.action], [heads.records, 'number']]}
          >
            {found.exports.map((one) => (
              <tr key={one.event_id}>
                <th scope="row">
                  <Time at={one.time} />
                </th>
                <td>{one.actor_id}</td>
                <td>{one.action}</td>
                <td className="number">{f.number(one.records)}</td>
              </tr>
            ))}
          </Table>
        </section>
      )}
      <p className="hint">
        {t.caveat} {t.kept(found.leak_id.slice(0, 12))}
      </p>
    </>
  );
}

function Findings({ title, id, all }: { readonly title: string; readonly id: string; readonly all: readonly Finding[] }) {
  const t = useOwnTexts(leaksTexts);
  const { f } = useTexts();
  if (all.length === 0) return null;
  const heads = [
    [t.rank, 'number'],
    [t.account],
    [t.kind],
    [t.matched, 'number'],
    [t.size, 'number'],
    [t.share, 'number'],
    [t.support],
    [t.alike],
  ] as const;
  return (
    <section className="sheet" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <Table name={{ id }} caption={t.caption(all.length)} heads={heads}>
        {all.map((one) => (
          <tr key={`${one.rank} ${one.actor_id} ${one.kind} ${one.ref}`}>
            <td className="number">{f.number(one.rank)}</td>
            <th scope="row">{one.actor_id}</th>
            <td>
              {t.kinds[one.kind] ?? one.kind}
              <span className="below">
                <Time at={one.first_time} /> – <Time at={one.last_time} from={one.first_time} />
              </span>
            </td>
            <td className="number">{f.number(one.matched)}</td>
            <td className="number">{f.number(one.size)}</td>
            <td className="number">{t.shareOf(one.share)}</td>
            <td>{t.supports[one.support] ?? one.support}</td>
            <td>{one.alike.join(', ')}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
