import { useQuery } from '@tanstack/react-query';
import type { Me } from '../../../api/answers.js';
import { get } from '../../../api/client.js';
import { Block } from '../../../parts/block.js';
import { Copied } from '../../../parts/copied.js';
import { Level } from '../../../parts/level.js';
import { useTexts } from '../../../texts/context.js';
import { useOwnTexts } from '../../../texts/own.js';
import { Accesses } from './accesses.js';
import { Unusual } from './unusual.js';
import type { WhyAnswer, WhyIncident, WhyRule } from './why-answer.js';
import { whyTexts } from './why-texts.js';
import { RuleTitle } from '../../../parts/rule-title.js';

/** Which accesses made the rules of a case fire, and what is unusual of them. */
export function WhyPart({ id, me }: { readonly id: string; readonly me: Me }) {
  const t = useOwnTexts(whyTexts);
  const isInvestigator = me.roles.includes('analyst') || me.roles.includes('dpo');
  const answer = useQuery({
    queryKey: ['live', 'why', id],
    queryFn: ({ signal }) => get<WhyAnswer>(`/v1/cases/${id}/why`, signal),
    enabled: isInvestigator,
    refetchInterval: 300_000,
  });
  if (!isInvestigator) return <p className="notice">{t.mayNot}</p>;
  return (
    <Block answer={answer}>
      {({ incidents, more }) => (
        <>
          <h2 className="spoken">{t.title}</h2>
          {incidents.length === 0 && <p className="empty">{t.nothing}</p>}
          {incidents.map((one) => (
            <Incident key={one.incident_id} one={one} id={id} isPart={me.clinics !== null} />
          ))}
          {more > 0 && <p className="hint">{t.more(more)}</p>}
        </>
      )}
    </Block>
  );
}

function Incident({ one, id, isPart }: { readonly one: WhyIncident; readonly id: string; readonly isPart: boolean }) {
  const t = useOwnTexts(whyTexts);
  return (
    <>
      {one.rules.map((rule) => (
        <Rule key={rule.rule_id} rule={rule} incident={one.incident_id} id={id} isPart={isPart} />
      ))}
      <section aria-labelledby={`unusual-${one.incident_id}`}>
        <h2 id={`unusual-${one.incident_id}`}>{t.unusual}</h2>
        {one.unusual ? <Unusual of={one.unusual} /> : <p>{t.notAccount}</p>}
        <p className="hint">{t.command(one.incident_id.slice(0, 12))}</p>
      </section>
    </>
  );
}

interface RuleProps {
  readonly rule: WhyRule;
  readonly incident: string;
  readonly id: string;
  readonly isPart: boolean;
}

function Rule({ rule, incident, id, isPart }: RuleProps) {
  const t = useOwnTexts(whyTexts);
  const { f } = useTexts();
  const { figures } = rule;
  const span = f.span(rule.timespan_seconds * 1_000);
  return (
    <section aria-labelledby={`rule-${incident}-${rule.rule_id}`}>
      <h2 id={`rule-${incident}-${rule.rule_id}`}>
        <RuleTitle title={rule.title} /> <Level level={rule.level} />
      </h2>
      <p className="lead">
        {t.fired(rule.value, rule.threshold, span)} {rule.spread_threshold > 0 && t.spread(rule.spread, rule.spread_threshold)}{' '}
        {rule.threshold > 1 && t.notBefore(rule.threshold - 1)}
      </p>
      <p>
        {t.window(f.moment(rule.after), f.moment(rule.first_fired))} {t.held(f.moment(rule.last_fired))}
      </p>
      {figures === null ? (
        <p className="notice">{t.unknown}</p>
      ) : (
        <>
          <p>
            {t.figures(figures.accesses, figures.patients, figures.clinics)} · {t.ways(figures.addresses, figures.sessions)}
            {isPart && ` · ${t.own}`}
          </p>
          <p className="hint">
            {t.pair(
              t.actions,
              Object.entries(figures.actions)
                .map(([action, n]) => `${action} ${f.number(n)}`)
                .join(', ') || '–',
            )}
          </p>
          {figures.accesses > 0 && (
            <Accesses id={id} incident={incident} rule={rule.rule_id} title={rule.title} total={figures.accesses} />
          )}
          <details>
            <summary>{t.sql}</summary>
            <Copied text={figures.sql} label={t.sql} />
          </details>
        </>
      )}
    </section>
  );
}
