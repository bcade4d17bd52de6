import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import { Link } from 'wouter';
import { get } from '../../api/client.js';
import { Block } from '../../parts/block.js';
import { Level } from '../../parts/level.js';
import { Table } from '../../parts/table.js';
import { useTitle } from '../../parts/title.js';
import { rulePath } from '../../routes.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import { BacktestList } from './backtest-list.js';
import type { RuleHead, RuleList } from './rules-answer.js';
import { rulesTexts } from './rules-texts.js';
import { RuleTitle } from '../../parts/rule-title.js';

/** Does each rule earn its keep? */
export function RulesPage({ mayTry }: { readonly mayTry: boolean }) {
  const answer = useQuery({
    queryKey: ['live', 'rules'],
    queryFn: ({ signal }) => get<RuleList>('/v1/rules', signal),
    refetchInterval: 300_000,
  });
  return (
    <>
      <Block answer={answer} isPage>
        {(list) => <Rules list={list} />}
      </Block>
      {mayTry && <BacktestList />}
    </>
  );
}

function Rules({ list: { rules, since, warnings } }: { readonly list: RuleList }) {
  const t = useOwnTexts(rulesTexts);
  const total = (of: (one: NonNullable<RuleHead['verdicts']>) => number) =>
    rules.reduce((sum, { verdicts }) => sum + (verdicts ? of(verdicts) : 0), 0);
  const judged = total(judgedOf);
  const heading =
    since === null
      ? t.headingPart(rules.length)
      : t.heading(
          rules.length,
          judged,
          total(({ false_positive: wrong }) => wrong),
        );
  useTitle(heading);
  const heads = [
    [t.rule],
    [t.level],
    [t.threshold],
    ...(since === null
      ? []
      : ([
          [t.cases, 'number'],
          [t.wasTrue, 'number'],
          [t.authorised, 'number'],
          [t.wrong, 'number'],
          [t.open, 'number'],
        ] as const)),
    [t.exceptions, 'number'],
  ] as const;
  return (
    <>
      <h1>{heading}</h1>
      <p className="hint">{since === null ? t.own : t.hint}</p>
      {warnings && warnings.length > 0 && (
        <details className="notice">
          <summary>{t.warned(warnings.length)}</summary>
          <ul>
            {warnings.map((warning) => (
              <li key={warning} lang="en">
                <Breakable text={warning} />
              </li>
            ))}
          </ul>
        </details>
      )}
      <Table name={{ label: t.title }} caption={t.caption(rules.length, since)} heads={heads}>
        {rules
          .toSorted((one, other) => wrongOf(other) - wrongOf(one))
          .map((rule) => (
            <Row key={rule.rule_id} rule={rule} />
          ))}
      </Table>
    </>
  );
}

/** A path, which a narrow screen breaks behind its folders and not within a name. */
function Breakable({ text }: { readonly text: string }) {
  return text.split(/(?<=\/)/).map((part, index) => (
    <Fragment key={`${index} ${part}`}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

function judgedOf({ true_positive: real, authorised, false_positive: wrong }: NonNullable<RuleHead['verdicts']>): number {
  return real + authorised + wrong;
}

function wrongOf({ verdicts }: RuleHead): number {
  return verdicts ? verdicts.false_positive + verdicts.cases / 1_000_000 : 0;
}

function Row({ rule }: { readonly rule: RuleHead }) {
  const t = useOwnTexts(rulesTexts);
  const { f } = useTexts();
  const { verdicts } = rule;
  return (
    <tr>
      <th scope="row">
        <Link href={rulePath(rule.rule_id)}>
          <RuleTitle title={rule.title} />
        </Link>
        <span className="below">{f.locale === 'fr' ? rule.words_fr : rule.words}</span>
      </th>
      <td>
        <Level level={rule.level} />
      </td>
      <td>{t.within(rule.threshold, f.span(rule.timespan_seconds * 1_000))}</td>
      {verdicts && (
        <>
          <td className="number big">{f.number(verdicts.cases)}</td>
          <td className="number">{f.number(verdicts.true_positive)}</td>
          <td className="number">{f.number(verdicts.authorised)}</td>
          <td className="number">
            {f.number(verdicts.false_positive)}
            {judgedOf(verdicts) > 0 && <span className="below">{t.share(verdicts.false_positive, judgedOf(verdicts))}</span>}
          </td>
          <td className="number">{f.number(verdicts.open)}</td>
        </>
      )}
      <td className="number">{f.number(rule.exceptions_in_force)}</td>
    </tr>
  );
}
