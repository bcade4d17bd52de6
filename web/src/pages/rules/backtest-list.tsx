import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get } from '../../api/client.js';
import { Block } from '../../parts/block.js';
import { Table } from '../../parts/table.js';
import { Time } from '../../parts/time.js';
import { backtestPath } from '../../routes.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import type { BacktestHead } from './rules-answer.js';
import { rulesTexts } from './rules-texts.js';
import { RuleTitle } from '../../parts/rule-title.js';

/** What was tried at this console; nothing where that is nothing. */
export function BacktestList() {
  const t = useOwnTexts(rulesTexts);
  const { f } = useTexts();
  const answer = useQuery({
    queryKey: ['live', 'backtests'],
    queryFn: ({ signal }) => get<{ readonly backtests: readonly BacktestHead[] }>('/v1/backtests', signal),
    refetchInterval: 60_000,
  });
  const heads = [[t.rule], [t.period], [t.state], [t.by], [t.when]] as const;
  return (
    <Block answer={answer}>
      {({ backtests }) =>
        backtests.length > 0 && (
          <section className="sheet" aria-labelledby="backtests">
            <h2 id="backtests">{t.earlier}</h2>
            <Table name={{ id: 'backtests' }} caption={t.earlierCaption(backtests.length)} heads={heads}>
              {backtests.map((one) => (
                <tr key={one.id}>
                  <th scope="row">
                    <Link href={backtestPath(one.id)}>
                      <RuleTitle title={one.title} />
                    </Link>
                  </th>
                  <td>
                    {f.day(one.from)} – {f.day(one.to)}
                  </td>
                  <td>{t.states[one.state]}</td>
                  <td>{one.by}</td>
                  <td>
                    <Time at={one.started_at} />
                  </td>
                </tr>
              ))}
            </Table>
          </section>
        )
      }
    </Block>
  );
}
