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
  const matches = incidents.flatMap(({ incident_id: id, actor_id: actor, rule_matches: all }) =>
    all.map((match) => ({ id, actor, match })),
  );
  const isOfSeveral = new Set(matches.map(({ actor }) => actor)).size > 1;
  return (
    <section aria-labelledby="why">
      <h2 id="why">{t.case.why}</h2>
      <ul className="lines">
        {matches.map(({ id, actor, match }) => (
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
              {isOfSeveral && <span data-said="">{actor}: </span>}
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
