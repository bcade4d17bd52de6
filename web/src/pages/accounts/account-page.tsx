import { Link } from 'wouter';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import { useCases } from '../../api/queries.js';
import { Block } from '../../parts/block.js';
import { Level, Status } from '../../parts/level.js';
import { Patients } from '../../parts/patients.js';
import { Table } from '../../parts/table.js';
import { Time } from '../../parts/time.js';
import { useTitle } from '../../parts/title.js';
import { casePath } from '../../routes.js';
import { useTexts } from '../../texts/context.js';

/** What is known of an account: all its cases, whatever became of them. */
export function AccountPage({ group, actor }: { readonly group: string; readonly actor: string }) {
  // The console looks for a part of a text; which of them is the account, is seen here.
  const answer = useCases(new URLSearchParams({ q: actor }).toString());
  return (
    <Block answer={answer} isPage>
      {({ cases }) => <Cases group={group} actor={actor} cases={cases.filter((row) => row.actor_id === actor && row.group_id === group)} />}
    </Block>
  );
} // prettier-ignore

function Cases({ group, actor, cases }: { readonly group: string; readonly actor: string; readonly cases: readonly SeenRow[] }) {
  const { t } = useTexts();
  const heading = t.account.heading(actor, cases.length, cases.filter(({ status }) => status !== 'resolved').length);
  useTitle(heading);
  const heads = [[t.account.opened], [t.list.level], [t.list.rules], [t.list.patients, 'number'], [t.account.status], [t.account.verdict], [t.list.taken]] as const; // prettier-ignore
  return (
    <>
      <p className="over quiet">{t.account.group(group)}</p>
      <h1>{heading}</h1>
      {cases.length > 0 && (
        <Table name={{ label: t.list.title }} caption={t.account.caption(cases.length)} heads={heads}>
              {cases.map((row) => (
                <tr key={row.case_id}>
                  <th scope="row">
                    <Link href={casePath(row.case_id)}>
                      <Time at={row.opened_at} />
                    </Link>
                  </th>
                  <td>
                    <Level level={row.level} />
                  </td>
                  <td>{row.rule_titles.join(', ')}</td>
                  <Patients of={row} />
                  <td>
                    <Status status={row.status} />
                  </td>
                  <td>{row.verdict && t.verdicts[row.verdict]}</td>
                  <td>{row.owner || row.acknowledged_by}</td>
                </tr>
              ))}
            </Table>
      )}
    </>
  );
} // prettier-ignore
