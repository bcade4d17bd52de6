import { useState } from 'react';
import { Level } from '../../parts/level.js';
import { Table } from '../../parts/table.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import type { AccountRecord } from './account-answer.js';
import { accountTexts } from './account-texts.js';
import { RuleTitle } from '../../parts/rule-title.js';

type Known = Extract<AccountRecord['windows'], { readonly state: 'known' }>;

interface WindowsProps {
  readonly of: AccountRecord['windows'];
  /** When this was answered, in milliseconds. */
  readonly at: number;
}

/** What each rule counts of the account now, and how far it is from firing; what was last known, with its time, while nobody answers. */
export function Windows({ of, at }: WindowsProps) {
  const t = useOwnTexts(accountTexts);
  const { f } = useTexts();
  const last = useLastKnown(of, at);
  const heads = [[t.rule], [t.counted, 'number'], [t.needed, 'number'], [t.missing, 'number'], [t.falls]] as const;
  return (
    <section className="sheet" aria-labelledby="windows">
      <h2 id="windows">{t.windows}</h2>
      {of.state !== 'known' && (
        <p className={of.state === 'away' ? 'notice notice-wrong' : 'notice'}>
          {t.windowStates[of.state]} {last && t.windowsOld(f.moment(last.at))}
        </p>
      )}
      {last && (
        <Table
          name={{ id: 'windows' }}
          caption={t.windowsCaption(last.of.rules.length, f.moment(last.of.newest_time))}
          heads={heads}
        >
          {nearest(last.of.rules).map(({ rule, more }) => (
            <tr key={`${rule.rule_id} ${JSON.stringify(rule.by)}`}>
              <th scope="row">
                <RuleTitle title={rule.title} /> <Level level={rule.level} />
                <span className="below">
                  {f.span(rule.timespan_seconds * 1_000)}{' '}
                  {Object.entries(rule.by)
                    .map(([name, value]) => ` · ${name} ${value}`)
                    .join('')}
                </span>
                {more > 0 && <span className="below">{t.moreWindows(more)}</span>}
              </th>
              <td className="number big">
                {f.number(rule.value)}
                {rule.spread_threshold > 0 && <span className="below">{t.spread(rule.spread, rule.spread_threshold)}</span>}
              </td>
              <td className="number">{f.number(rule.threshold)}</td>
              <td className="number">{rule.holds ? <strong>◆ {t.holds}</strong> : f.number(rule.missing)}</td>
              <td>
                {rule.expiring
                  .slice(0, 2)
                  .map(({ time, value }) => t.to(value, f.moment(time)))
                  .join(', ')}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

/** Windows that are shown of one rule: it may count by block of numbers, and an account that empties a register has hundreds of those. */
const shownOfRule = 3;

interface Shown {
  readonly rule: Known['rules'][number];
  /** Further windows of its rule, of the last that is shown; none of them is nearer to its threshold. */
  readonly more: number;
}

/** The windows that are nearest to their thresholds first. */
function nearest(rules: Known['rules']): readonly Shown[] {
  const sorted = rules.toSorted((one, other) => other.value / other.threshold - one.value / one.threshold);
  const seen = new Map<string, number>();
  const shown = sorted.flatMap((rule) => {
    const place = (seen.get(rule.rule_id) ?? 0) + 1;
    seen.set(rule.rule_id, place);
    return place <= shownOfRule ? [{ rule, place }] : [];
  });
  return shown.map(({ rule, place }) => ({ rule, more: place === shownOfRule ? (seen.get(rule.rule_id) ?? 0) - place : 0 }));
}

/** What the windows held when a scorer last said so, as long as none does. */
function useLastKnown(of: AccountRecord['windows'], at: number): { readonly of: Known; readonly at: number } | undefined {
  const [last, setLast] = useState<{ readonly of: Known; readonly at: number }>();
  if (of.state === 'known' && last?.of !== of) setLast({ of, at });
  return of.state === 'known' ? { of, at } : of.state === 'away' ? last : undefined;
}
