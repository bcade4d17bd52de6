import type { ShownCase } from '../../api/answers.js';
import { Level } from '../../parts/level.js';
import { Time } from '../../parts/time.js';
import { Link } from 'wouter';
import { ruleRunbookPath } from '../../routes.js';
import { useTexts } from '../../texts/context.js';
import { RuleTitle, ruleTitle } from '../../parts/rule-title.js';

/** Each rule that fired, with what it counted and what it compares with. */
export function Fired({ shown: { incidents } }: { readonly shown: ShownCase }) {
  const { t, f } = useTexts();
  const matches = incidents.flatMap(({ incident_id: id, rule_matches: all }) => all.map((match) => ({ id, match })));
  return (
    <section aria-labelledby="why">
      <h2 id="why">{t.case.why}</h2>
      <ul className="lines">
        {matches.map(({ id, match }) => (
          <li key={`${id} ${match.rule_id}`}>
            <strong>
              <RuleTitle title={match.title} />
            </strong>{' '}
            <Level level={match.level} />{' '}
            <Link
              href={ruleRunbookPath(match.rule_id)}
              className="screen-only"
              aria-label={`${t.case.whatToDo} (${ruleTitle(f.locale, match.title)})`}
            >
              {t.case.whatToDo}
            </Link>
            <span className="below">
              {t.case.whyRule(match.value, match.threshold, f.span(match.timespan_seconds * 1_000))}
              {match.spread_threshold > 0 &&
                match.spread !== null &&
                ` · ${t.case.whySpread(match.spread, match.spread_threshold)}`}{' '}
              · <Time at={match.first_fired} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
