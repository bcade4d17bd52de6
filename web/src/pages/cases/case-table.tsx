import type { RefObject } from 'react';
import { Link } from 'wouter';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import { useNow } from '../../live/clock.js';
import { Level } from '../../parts/level.js';
import { Patients } from '../../parts/patients.js';
import { Table } from '../../parts/table.js';
import { Time } from '../../parts/time.js';
import { casePath } from '../../routes.js';
import { useTexts } from '../../texts/context.js';
import type { Format } from '../../texts/format.js';
import type { Texts } from '../../texts/fr.js';
import { RuleTitles } from '../../parts/rule-title.js';

/** Rules that a row names; the case names all of them. */
const rulesMax = 2;

interface TableProps {
  readonly rows: readonly SeenRow[];
  readonly body: RefObject<HTMLTableSectionElement | null>;
}

/** Cases in the order in which they are given. The account is the link: one stop for each row. */
export function CaseTable({ rows, body }: TableProps) {
  const { t, f } = useTexts();
  const at = useNow();
  const heads = [
    [t.list.level],
    [t.list.account],
    [t.list.patients, 'number'],
    [t.list.clinics, 'number'],
    [t.list.reading],
    [t.list.taken],
    [t.list.due],
  ] as const;
  return (
    <Table name={{ label: t.list.title }} caption={t.list.caption(rows.length)} heads={heads} className="cases" body={body}>
      {rows.map((row) => (
        <Row key={row.case_id} row={row} said={{ taken: takenBy(row, t, f, at), due: dueOf(row, t, f, at) }} />
      ))}
    </Table>
  );
}

function Row({ row, said }: { readonly row: SeenRow; readonly said: { readonly taken: string; readonly due: string } }) {
  const { t, f } = useTexts();
  const others = row.rule_titles.length - rulesMax;
  return (
    <tr className={`is-${row.status}`}>
      <td>
        <Level level={row.level} />
      </td>
      <th scope="row">
        <Link className="row" href={casePath(row.case_id)}>
          {t.caseAccount(row)}
        </Link>
        <span className="below">
          <RuleTitles titles={row.rule_titles.slice(0, rulesMax)} /> {others > 0 && t.list.others(others)}
        </span>
      </th>
      <Patients of={row} />
      <td className="number">
        {f.number(row.clinics.length)}{' '}
        {row.other_clinics > 0 && <span className="below">{t.list.others(row.other_clinics)}</span>}
      </td>
      <td className="times">
        <Time at={row.first_time} />
        <span aria-hidden="true"> – </span>
        <Time at={row.last_time} from={row.first_time} />
      </td>
      <td className={row.status === 'new' ? 'alone whole' : undefined}>{said.taken}</td>
      <td className="whole">{said.due}</td>
    </tr>
  );
}

function takenBy(
  { status, owner, acknowledged_by: by, opened_at: opened, verdict }: SeenRow,
  t: Texts,
  f: Format,
  at: number,
): string {
  if (status === 'new') return t.list.nobody(f.span(at - Date.parse(opened)));
  const who = owner || by;
  if (status === 'resolved') return `${t.statuses.resolved}${verdict && `, ${t.verdicts[verdict]}`}${who && `, ${who}`}`;
  return status === 'on_hold' ? `${who}, ${t.statuses.on_hold}` : who || t.list.acknowledged;
}

function dueOf({ status, acknowledge_by: by }: SeenRow, t: Texts, f: Format, at: number): string {
  if (status !== 'new' || by === null) return t.list.none;
  const left = Date.parse(by) - at;
  return left < 0 ? t.list.late(f.span(-left)) : t.list.left(f.span(left));
}
