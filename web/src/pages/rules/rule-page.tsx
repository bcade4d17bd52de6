import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get } from '../../api/client.js';
import { Block } from '../../parts/block.js';
import { Copied } from '../../parts/copied.js';
import { Level } from '../../parts/level.js';
import { useTitle } from '../../parts/title.js';
import { ruleRunbookPath } from '../../routes.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import type { RuleWhole } from './rules-answer.js';
import { rulesTexts } from './rules-texts.js';
import { TryChange } from './try-change.js';
import { Weeks } from './weeks.js';
import { Given, RuleTitle, ruleTitle } from '../../parts/rule-title.js';

/** What does this rule tell of, is it right, and what if it were another? */
export function RulePage({ id, mayTry }: { readonly id: string; readonly mayTry: boolean }) {
  const path = `/v1/rules/${encodeURIComponent(id)}`;
  const answer = useQuery({
    queryKey: ['live', 'rule', id],
    queryFn: ({ signal }) => get<RuleWhole>(path, signal),
    refetchInterval: 300_000,
  });
  return (
    <Block answer={answer} isPage>
      {(whole) => <Whole whole={whole} mayTry={mayTry} />}
    </Block>
  );
}

function Whole({ whole: { rule, weeks }, mayTry }: { readonly whole: RuleWhole; readonly mayTry: boolean }) {
  const t = useOwnTexts(rulesTexts);
  const { f } = useTexts();
  useTitle(ruleTitle(f.locale, rule.title));
  const facts = [
    [t.threshold, t.within(rule.threshold, f.span(rule.timespan_seconds * 1_000))],
    [t.spread, rule.spread_threshold > 0 ? f.number(rule.spread_threshold) : ''],
    [t.description, <Said key="why" text={rule.description} french={rule.description_fr} />],
    [t.often, rule.false_positives.length === 0 ? '' : <Often key="often" of={rule.false_positives} />],
    [t.steps, rule.steps.map(f.number).join(', ')],
    [t.atFiring, rule.verdicts && rule.verdicts.patients_at_firing > 0 ? f.number(rule.verdicts.patients_at_firing) : ''],
    [t.attack, rule.attack.join(', ')],
    [t.runbook, rule.runbook === '' ? '' : <Runbook key="runbook" of={rule} />],
  ] as const;
  return (
    <>
      <p className="over">
        <Link href="/rules">{t.all}</Link> <Level level={rule.level} />
      </p>
      <h1>
        <RuleTitle title={rule.title} />
      </h1>
      <p className="lead">{f.locale === 'fr' ? rule.words_fr : rule.words}</p>
      <section className="sheet">
        <dl className="facts">
          {facts
            .filter(([, value]) => value !== '')
            .map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
        </dl>
        {rule.yaml !== null && (
          <details>
            <summary>{t.yaml}</summary>
            <Copied text={rule.yaml} label={t.yaml} />
          </details>
        )}
      </section>
      {weeks === null ? <p className="hint">{t.own}</p> : <Weeks weeks={weeks} />}
      <Exceptions of={rule.exceptions} />
      <section className="sheet" aria-labelledby="try">
        <h2 id="try">{t.try}</h2>
        {mayTry ? <TryChange rule={rule} /> : <p>{t.mayNot}</p>}
      </section>
    </>
  );
}

/** What the file of a rule says: of those that Vigie brings along in the language of the page, of those of a house as they wrote it. */
function Said({ text, french }: { readonly text: string; readonly french: string | null }) {
  const { f } = useTexts();
  return f.locale === 'fr' && french === null ? <Given text={text} /> : <>{f.locale === 'fr' ? french : text}</>;
}

/** A page of the console, where the rule names one that Vigie brings along or a house put beside them. */
function Runbook({ of: { rule_id: id, runbook } }: { readonly of: RuleWhole['rule'] }) {
  const t = useOwnTexts(rulesTexts);
  return /^docs\/runbooks\/[a-z0-9-]+\.md$/.test(runbook) ? (
    <Link href={ruleRunbookPath(id)}>{t.runbookPage}</Link>
  ) : (
    <Given text={runbook} />
  );
}

function Often({ of }: { readonly of: RuleWhole['rule']['false_positives'] }) {
  return (
    <ul className="plain-list">
      {of.map(({ text, text_fr: french }) => (
        <li key={text}>
          <Said text={text} french={french} />
        </li>
      ))}
    </ul>
  );
}

function Exceptions({ of }: { readonly of: RuleWhole['rule']['exceptions'] }) {
  const t = useOwnTexts(rulesTexts);
  const { f } = useTexts();
  return (
    <section className="sheet" aria-labelledby="exceptions">
      <h2 id="exceptions">{t.exceptionTitle}</h2>
      {of.length === 0 ? (
        <p>{t.noException}</p>
      ) : (
        <ul>
          {of.map((one) => (
            <li key={one.exception_id}>
              <strong>{one.is_over ? t.over(f.moment(one.until)) : t.until(f.moment(one.until))}</strong> {one.owner}{' '}
              {/* Values that people gave are in it. */}
              <span data-said="">{f.locale === 'fr' ? one.words_fr : one.words}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
