import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { get } from '../../api/client.js';
import { now } from '../../live/clock.js';
import { Block } from '../../parts/block.js';
import { Table } from '../../parts/table.js';
import { Time } from '../../parts/time.js';
import { useTitle } from '../../parts/title.js';
import { casePath } from '../../routes.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import { auditTexts } from './audit-texts.js';

interface Look {
  readonly audit_id: string;
  readonly at: string;
  readonly by: string;
  readonly via: string;
  readonly method: string;
  readonly route: string;
  readonly case_id: string;
  readonly rows: number;
  readonly status: number;
  readonly remote_address: string;
}

interface Looks {
  readonly items: readonly Look[];
  readonly next: string | null;
  readonly from: string;
  readonly to: string;
  readonly sees_all: boolean;
}

interface Wanted {
  readonly by: string;
  readonly case: string;
  readonly kind: string;
  readonly days: number;
}

const kinds = ['', 'lists', 'changes', 'refused'] as const;
const dayMs = 86_400_000;
const usual: Wanted = { by: '', case: '', kind: '', days: 7 };

/** Who looked at what? */
export function AuditPage() {
  const [wanted, setWanted] = useState({ ...usual, to: new Date(now()).toISOString() });
  const [places, setPlaces] = useState<readonly string[]>(['']);
  const place = places.at(-1) ?? '';
  const from = new Date(Date.parse(wanted.to) - wanted.days * dayMs).toISOString();
  const query = queryOf(wanted, from, wanted.to, place);
  const answer = useQuery({
    queryKey: ['audit', query],
    queryFn: ({ signal }) => get<Looks>(`/v1/audit?${query}`, signal),
    staleTime: Infinity,
  });
  const look = (next: Wanted) => {
    setPlaces(['']);
    setWanted({ ...next, to: new Date(now()).toISOString() });
  };
  return (
    <Block answer={answer} isPage>
      {(looks) => (
        <Shown
          looks={looks}
          wanted={wanted}
          isFirst={places.length === 1}
          onLook={look}
          onPlace={(next) => setPlaces(next === '' ? [''] : [...places, next])}
        />
      )}
    </Block>
  );
}

function queryOf(wanted: Wanted, from: string, to: string, place = ''): string {
  return new URLSearchParams({
    from,
    to,
    ...(wanted.by && { by: wanted.by }),
    ...(wanted.case && { case: wanted.case }),
    ...(wanted.kind && { kind: wanted.kind }),
    ...(place && { before: place }),
  }).toString();
}

interface ShownProps {
  readonly looks: Looks;
  readonly wanted: Wanted;
  readonly isFirst: boolean;
  readonly onLook: (wanted: Wanted) => void;
  readonly onPlace: (place: string) => void;
}

function Shown({ looks: { items, next, from, to, sees_all: seesAll }, wanted, isFirst, onLook, onPlace }: ShownProps) {
  const t = useOwnTexts(auditTexts);
  const { f, locale } = useTexts();
  const heading = t.heading(
    items.length,
    new Set(items.map(({ by }) => by).filter(Boolean)).size,
    seesAll,
    next !== null || !isFirst,
  );
  useTitle(t.title);
  const heads = [[t.at], [t.by], [t.what], [t.case], [t.rows, 'number'], [t.status], [t.address]] as const;
  return (
    <>
      <h1>{heading}</h1>
      <p className="hint">
        {!seesAll && t.own} {t.proof}
      </p>
      <Filters wanted={wanted} seesAll={seesAll} onLook={onLook} />
      {items.length > 0 && (
        <Table name={{ label: t.title }} caption={t.caption(f.moment(from), f.moment(to))} heads={heads}>
          {items.map((one) => (
            <Row key={one.audit_id} one={one} />
          ))}
        </Table>
      )}
      <p className="pages">
        {!isFirst && (
          <button type="button" onClick={() => onPlace('')}>
            {t.first}
          </button>
        )}
        {next !== null && (
          <button type="button" onClick={() => onPlace(next)}>
            {t.next}
          </button>
        )}
        {items.length > 0 && (
          <a
            href={`/v1/audit/looks.csv?${queryOf(wanted, from, to)}${locale === 'fr' ? '&spreadsheet=fr' : ''}`}
            download="audit.csv"
          >
            {t.download}
          </a>
        )}
      </p>
    </>
  );
}

function Filters({ wanted, seesAll, onLook }: Pick<ShownProps, 'wanted' | 'onLook'> & { readonly seesAll: boolean }) {
  const t = useOwnTexts(auditTexts);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    onLook({ by: text('by'), case: text('case'), kind: text('kind'), days: Number(text('days')) || usual.days });
  };
  return (
    <form className="filters" role="search" aria-label={t.filters} onSubmit={submit}>
      {seesAll && (
        <label>
          {t.who}
          <input name="by" defaultValue={wanted.by} size={14} />
        </label>
      )}
      <label>
        {t.kind}
        <select name="kind" defaultValue={wanted.kind}>
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {t.kinds[kind]}
            </option>
          ))}
        </select>
      </label>
      <label className="wide">
        {t.caseField}
        <input name="case" defaultValue={wanted.case} pattern="[0-9a-f]{32}" />
      </label>
      <label>
        {t.days}
        <input name="days" type="number" min={1} max={1_100} defaultValue={wanted.days} />
      </label>
      <button type="submit">{t.apply}</button>
    </form>
  );
}

function Row({ one }: { readonly one: Look }) {
  const t = useOwnTexts(auditTexts);
  const { f } = useTexts();
  const became = one.status < 400 ? 'given' : [401, 403, 429].includes(one.status) ? 'refused' : 'failed';
  return (
    <tr>
      <th scope="row">
        <Time at={one.at} isExact />
      </th>
      <td>{one.by || t.nobody}</td>
      <td>
        {t.routes[one.route.split(' ')[0] ?? ''] ?? one.route}
        <span className="below">
          {one.via} · {one.method} {one.route}
        </span>
      </td>
      <td>{one.case_id && <Link href={casePath(one.case_id)}>{one.case_id.slice(0, 8)}</Link>}</td>
      <td className="number">{f.number(one.rows)}</td>
      <td className={became === 'given' ? undefined : 'feed-silent'}>
        {became !== 'given' && <span aria-hidden="true">◆ </span>}
        {t.statuses[became]} ({one.status})
      </td>
      <td>{one.remote_address}</td>
    </tr>
  );
}
