import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get } from '../../api/client.js';
import { Block } from '../../parts/block.js';
import { Copied } from '../../parts/copied.js';
import { Table } from '../../parts/table.js';
import { useTitle } from '../../parts/title.js';
import { accountPath, casePath, rulePath } from '../../routes.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import type { BacktestFound, BacktestIncident } from './rules-answer.js';
import { rulesTexts } from './rules-texts.js';
import { RuleTitle, ruleTitle } from '../../parts/rule-title.js';

type Backtest = BacktestFound['backtest'];

/** A backtest that runs is asked for again so often, milliseconds. */
const againMs = 1_000;

/** What would this change have done? */
export function BacktestPage({ id }: { readonly id: string }) {
  const answer = useQuery({
    queryKey: ['backtest', id],
    queryFn: ({ signal }) => get<BacktestFound>(`/v1/backtests/${id}`, signal),
    refetchInterval: ({ state }) => (state.data?.backtest.state === 'runs' ? againMs : false),
  });
  return (
    <Block answer={answer} isPage>
      {({ backtest }) => <Shown of={backtest} />}
    </Block>
  );
}

function Shown({ of }: { readonly of: Backtest }) {
  const t = useOwnTexts(rulesTexts);
  const { f } = useTexts();
  const { summary } = of;
  const heading = summary
    ? t.found(summary.gone, summary.lost, summary.new)
    : of.state === 'runs'
      ? t.running(ruleTitle(f.locale, of.title))
      : t.failed(ruleTitle(f.locale, of.title));
  useTitle(heading);
  return (
    <>
      <p className="over">
        <Link href={rulePath(of.rule_id)}>
          <RuleTitle title={of.title} />
        </Link>
        <span className="quiet">
          {f.day(of.from)} – {f.day(of.to)} · {of.by}
        </span>
      </p>
      <h1>{heading}</h1>
      {of.state === 'runs' && <p role="status">{t.runningHint}</p>}
      {of.why !== null && <pre className="notice notice-wrong">{of.why}</pre>}
      {summary && summary.lost > 0 && <p className="notice notice-wrong">◆ {t.lostNotice(summary.lost)}</p>}
      {summary && <p>{t.summary(summary.rows, summary.seconds, summary.same, summary.earlier, summary.later)}</p>}
      {summary && (of.incidents.length === 0 ? <p className="empty">{t.nothingLost}</p> : <Incidents all={of.incidents} />)}
      <section className="sheet" aria-labelledby="result">
        <h2 id="result">{t.result}</h2>
        <p>{of.file === 'proposed-exception.yml' ? t.addHint : t.resultHint(of.file)}</p>
        <Copied text={of.yaml} label={t.result} />
      </section>
    </>
  );
}

function Incidents({ all }: { readonly all: readonly BacktestIncident[] }) {
  const t = useOwnTexts(rulesTexts);
  const { t: common, f } = useTexts();
  const figure = (value: number | null) => (value === null ? '–' : f.number(value));
  const heads = [[t.account], [t.what], [t.present, 'number'], [t.tried, 'number'], [t.verdict], [t.case]] as const;
  return (
    <Table name={{ label: t.what }} caption={t.incidentsCaption(all.length)} heads={heads}>
      {all.map((one) => (
        <tr key={`${one.group_id} ${one.actor_id} ${one.first_time}`} className={one.is_lost ? 'lost' : undefined}>
          <th scope="row">
            <Link href={accountPath(one.group_id, one.actor_id)}>{one.actor_id}</Link>
            <span className="below">{f.moment(one.first_time)}</span>
          </th>
          <td>
            {one.is_lost && <span className="lost-word">◆ {t.lost} </span>}
            {t.kinds[one.kind]}
            {one.earlier_seconds !== 0 && (
              <span className="below">
                {one.earlier_seconds > 0
                  ? t.sooner(f.span(one.earlier_seconds * 1_000))
                  : t.later(f.span(-one.earlier_seconds * 1_000))}
              </span>
            )}
          </td>
          <td className="number">{figure(one.patients_present)}</td>
          <td className="number">{figure(one.patients_tried)}</td>
          <td>{one.verdict && common.verdicts[one.verdict]}</td>
          <td>{one.case_id === null ? t.noCase : <Link href={casePath(one.case_id)}>{one.case_id.slice(0, 8)}</Link>}</td>
        </tr>
      ))}
    </Table>
  );
}
