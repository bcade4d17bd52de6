import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get } from '../../api/client.js';
import { now } from '../../live/clock.js';
import { Block } from '../../parts/block.js';
import { RuleTitle } from '../../parts/rule-title.js';
import { Table } from '../../parts/table.js';
import { Time } from '../../parts/time.js';
import { useTitle } from '../../parts/title.js';
import { rulePath } from '../../routes.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import { exceptionsTexts } from './exceptions-texts.js';

interface Exceptions {
  readonly exceptions: readonly {
    readonly exception_id: string;
    readonly until: string;
    readonly is_over: boolean;
    readonly rules: readonly { readonly rule_id: string; readonly title: string }[];
    /** Null for whoever does not see all clinics. */
    readonly told: {
      readonly title: string;
      readonly owner: string;
      readonly reason: string;
      readonly words: string;
      readonly words_fr: string;
      readonly hidden: {
        readonly matches: number;
        readonly accounts: number;
        readonly most_patients: number;
        readonly last_at: string | null;
      };
    } | null;
  }[];
}
type One = Exceptions['exceptions'][number];

const soonMs = 30 * 86_400_000;

/** What is being kept out of the rules, by whom, until when? */
export function ExceptionsPage() {
  const answer = useQuery({
    queryKey: ['live', 'exceptions'],
    queryFn: ({ signal }) => get<Exceptions>('/v1/exceptions', signal),
    staleTime: 60_000,
  });
  return (
    <Block answer={answer} isPage>
      {({ exceptions }) => <Shown all={exceptions} />}
    </Block>
  );
}

function Shown({ all }: { readonly all: readonly One[] }) {
  const t = useOwnTexts(exceptionsTexts);
  const running = all.filter((one) => !one.is_over);
  const isWhole = all.every(({ told }) => told !== null);
  const hidden = all.reduce((sum, { told }) => sum + (told?.hidden.matches ?? 0), 0);
  const heading = t.heading(
    running.length,
    running.filter(({ until }) => Date.parse(until) - now() < soonMs).length,
    isWhole ? hidden : null,
  );
  useTitle(heading);
  const heads = [
    [t.what],
    [t.rules],
    [t.state],
    ...(isWhole ? ([[t.owner], [t.hidden, 'number'], [t.accounts, 'number'], [t.most, 'number'], [t.last]] as const) : []),
  ] as const;
  return (
    <>
      <h1>{heading}</h1>
      <p className="hint">
        {t.hint} {!isWhole && t.own}
      </p>
      <p>
        <Link href="/mutes">{t.toMutes}</Link>
      </p>
      {all.length === 0 ? (
        <p className="empty">{t.none}</p>
      ) : (
        <Table name={{ label: t.title }} caption={t.caption(all.length)} heads={heads}>
          {all
            .toSorted((one, other) => (other.told?.hidden.matches ?? 0) - (one.told?.hidden.matches ?? 0))
            .map((one) => (
              <Row key={one.exception_id} one={one} isWhole={isWhole} />
            ))}
        </Table>
      )}
    </>
  );
}

function Row({
  one: { exception_id: id, until, is_over: isOver, rules, told },
  isWhole,
}: {
  readonly one: One;
  readonly isWhole: boolean;
}) {
  const t = useOwnTexts(exceptionsTexts);
  const { f } = useTexts();
  return (
    <tr>
      <th scope="row">
        {told?.title ?? id.slice(0, 8)}
        {told && <span className="below">{told.reason}</span>}
        {told && (
          <details>
            <summary>{t.words}</summary>
            <p data-said="">{f.locale === 'fr' ? told.words_fr : told.words}</p>
          </details>
        )}
      </th>
      <td>
        {rules.length === 0 && t.noRule}
        <ul className="plain-list">
          {rules.map((rule) => (
            <li key={rule.rule_id}>
              <Link href={rulePath(rule.rule_id)}>
                <RuleTitle title={rule.title} />
              </Link>
            </li>
          ))}
        </ul>
      </td>
      <td>
        <span aria-hidden="true">{isOver ? '·' : '◆'}</span> {isOver ? t.over : t.runs}
        <span className="below">
          {t.until} <Time at={until} />
        </span>
      </td>
      {isWhole && told && (
        <>
          <td>{told.owner}</td>
          <td className="number big">{f.number(told.hidden.matches)}</td>
          <td className="number">{f.number(told.hidden.accounts)}</td>
          <td className="number">{f.number(told.hidden.most_patients)}</td>
          <td>{told.hidden.last_at === null ? '–' : <Time at={told.hidden.last_at} />}</td>
        </>
      )}
    </tr>
  );
}
