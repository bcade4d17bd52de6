import { Link } from 'wouter';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import { Level, Status } from '../../parts/level.js';
import { Patients } from '../../parts/patients.js';
import { RuleTitles } from '../../parts/rule-title.js';
import { Table } from '../../parts/table.js';
import { Time } from '../../parts/time.js';
import { casePath } from '../../routes.js';
import { useTexts } from '../../texts/context.js';

/** All cases of an account, whatever became of them. */
export function AccountCases({ actor, cases }: { readonly actor: string; readonly cases: readonly SeenRow[] }) {
  const { t } = useTexts();
  const heads = [
    [t.account.opened],
    [t.list.level],
    [t.list.rules],
    [t.list.patients, 'number'],
    [t.account.status],
    [t.account.verdict],
    [t.list.taken],
  ] as const;
  return (
    <>
      <p>{t.account.heading(actor, cases.length, cases.filter(({ status }) => status !== 'resolved').length)}</p>
      {cases.length > 0 && (
        <Table name={{ id: 'cases' }} caption={t.account.caption(cases.length)} heads={heads}>
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
              <td>
                <RuleTitles titles={row.rule_titles} />
              </td>
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
}
