import { useQuery } from '@tanstack/react-query';
import type { Me } from '../../api/answers.js';
import { get } from '../../api/client.js';
import { useCases } from '../../api/queries.js';
import { Block } from '../../parts/block.js';
import { useTitle } from '../../parts/title.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import type { AccountRecord } from './account-answer.js';
import { AccountCases } from './account-cases.js';
import { accountTexts } from './account-texts.js';
import { Days, Hours } from './charts.js';
import { everyDay, usualDay } from './normal.js';
import { Values } from './values.js';
import { Windows } from './windows.js';

interface PageProps {
  readonly group: string;
  readonly actor: string;
  readonly me: Me;
}

/** Is this normal for the account? Ninety days of it against today, what the rules count now, and its cases. */
export function AccountPage({ group, actor, me }: PageProps) {
  const { t } = useTexts();
  const own = useOwnTexts(accountTexts);
  const isInvestigator = me.roles.includes('analyst') || me.roles.includes('dpo');
  const path = `/v1/accounts/${encodeURIComponent(group)}/${encodeURIComponent(actor)}`;
  const record = useQuery({
    queryKey: ['live', 'account', path],
    queryFn: ({ signal }) => get<AccountRecord>(path, signal),
    enabled: isInvestigator,
    refetchInterval: 60_000,
  });
  return (
    <>
      <p className="over quiet">
        {t.account.group(group)} {me.clinics !== null && ` · ${own.own}`}
      </p>
      {isInvestigator ? (
        <Block answer={record} isPage>
          {(of) => <Record of={of} at={record.dataUpdatedAt} />}
        </Block>
      ) : (
        <>
          <h1>{actor}</h1>
          <p className="notice">{own.mayNot}</p>
        </>
      )}
      <Cases group={group} actor={actor} />
    </>
  );
}

function Record({ of, at }: { readonly of: AccountRecord; readonly at: number }) {
  const t = useOwnTexts(accountTexts);
  const usual = usualDay(of.days, of.last_day);
  const today = of.days.find(({ day }) => day === of.last_day)?.patients ?? 0;
  const heading = of.days.length === 0 ? t.nothing(of.actor_id) : t.heading(of.actor_id, today, usual);
  useTitle(heading);
  const { peers } = of;
  return (
    <>
      <h1>{heading}</h1>
      {peers && (
        <p>
          {t.peers(
            peers.fullest_rank,
            peers.accounts,
            peers.role,
            peers.fullest,
            peers.fullest_quantiles[0],
            peers.fullest_quantiles[2],
          )}
        </p>
      )}
      {of.days.length > 0 && (
        <>
          <Days days={everyDay(of.first_day, of.last_day, of.days)} lastDay={of.last_day} usual={usual} />
          <Hours hours={of.hours} lastDay={of.last_day} />
          <Values values={of.values} />
        </>
      )}
      <Windows of={of.windows} at={at} />
    </>
  );
}

function Cases({ group, actor }: { readonly group: string; readonly actor: string }) {
  const t = useOwnTexts(accountTexts);
  // Another group may have an account of this name.
  const answer = useCases(new URLSearchParams({ account: actor }).toString());
  return (
    <section className="sheet" aria-labelledby="cases">
      <h2 id="cases">{t.cases}</h2>
      <Block answer={answer}>
        {({ cases }) => <AccountCases actor={actor} cases={cases.filter((row) => row.group_id === group)} />}
      </Block>
    </section>
  );
}
