import { useEffect, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import type { Summary } from '../../api/answers.js';
import { useCases, useSummary } from '../../api/queries.js';
import { useNow } from '../../live/clock.js';
import { useAnnounce } from '../../parts/announce.js';
import { Block } from '../../parts/block.js';
import { Level } from '../../parts/level.js';
import { useShortcuts } from '../../parts/shortcuts.js';
import { useTitle } from '../../parts/title.js';
import { useTexts } from '../../texts/context.js';
import { CaseTable } from './case-table.js';
import { Figures } from './figures.js';
import { Filters, isFiltered, queryOf } from './filters.js';
import { useSteadyRows } from './steady-rows.js';

/** Is somebody emptying files now, and has anybody taken it? */
export function CasesPage() {
  const { t } = useTexts();
  const search = useSearch();
  const summary = useSummary();
  const cases = useCases(queryOf(search));
  const open = summary.data?.cases;
  const headline = open ? t.list.headline(open.not_taken, open.open) : t.list.title;
  useTitle(headline);
  return (
    <>
      <h1>{headline}</h1>
      <Block answer={summary}>{(data) => <Figures summary={data} />}</Block>
      <Filters key={search} search={search} />
      <Block answer={cases}>
        {({ cases: rows, next }) => <List key={search} rows={rows} next={next} search={search} summary={summary.data} />}
      </Block>
    </>
  );
}

interface ListProps {
  readonly rows: readonly SeenRow[];
  readonly next: string | null;
  readonly search: string;
  readonly summary: Summary | undefined;
}

function List({ rows, next, search, summary }: ListProps) {
  const { t } = useTexts();
  const { shown, fresh, show } = useSteadyRows(rows);
  const body = useRef<HTMLTableSectionElement>(null);
  useSaidWhenFresh(fresh);
  const step = (by: 1 | -1) => focusRow(body.current, by);
  useShortcuts({ r: show, j: () => step(1), k: () => step(-1) });
  const filtered = isFiltered(search);
  return (
    <>
      <div className={shown.length > 0 ? 'fresh' : undefined}>
        {fresh.length > 0 && (
          <p className="notice">
            <strong>{t.list.fresh(fresh.length)}</strong> <FreshOne row={fresh[0]} />{' '}
            <button type="button" onClick={show}>
              {t.list.show}
            </button>
          </p>
        )}
      </div>
      {shown.length > 0 ? (
        <CaseTable rows={shown} body={body} />
      ) : filtered ? (
        <p className="empty">{t.list.noMatch}</p>
      ) : (
        <Nothing summary={summary} />
      )}
      <Pages next={next} search={search} />
    </>
  );
}

function FreshOne({ row }: { readonly row: SeenRow | undefined }) {
  const { t } = useTexts();
  if (!row) return null;
  return (
    <>
      <Level level={row.level} /> {t.caseAccount(row)}, {row.patients === null ? t.spanning : t.caseFigure(row)}
    </>
  );
}

/** Arrivals are spoken once, together. */
function useSaidWhenFresh(fresh: readonly SeenRow[]): void {
  const { t } = useTexts();
  const announce = useAnnounce();
  const [said, setSaid] = useState(0);
  useEffect(() => {
    const [first] = fresh;
    if (first && fresh.length > said)
      announce(
        t.list.freshOne(
          fresh.length,
          t.levels[first.level],
          t.caseAccount(first),
          first.patients === null ? null : t.caseFigure(first),
        ),
      );
    setSaid(fresh.length);
  }, [fresh, said, announce, t]);
}

/** An empty page proves that it is not a broken one. */
function Nothing({ summary }: { readonly summary: Summary | undefined }) {
  const { t, f } = useTexts();
  const at = useNow();
  if (!summary) return null;
  const { cases, feeds } = summary;
  const last = cases.last_opened_at === null ? undefined : f.moment(cases.last_opened_at);
  const span = feeds?.last_received ? f.span(at - Date.parse(feeds.last_received)) : undefined;
  return (
    <p className="empty">
      {t.list.proof(last)} {feeds && t.list.proofFeeds(feeds.known - feeds.quiet.length, feeds.known, span)}
    </p>
  );
}

function Pages({ next, search }: { readonly next: string | null; readonly search: string }) {
  const { t } = useTexts();
  const [, go] = useLocation();
  const params = new URLSearchParams(search);
  const to = (cursor: string | undefined) => {
    if (cursor === undefined) params.delete('cursor');
    else params.set('cursor', cursor);
    go(`/?${params}`);
  };
  if (next === null && !params.has('cursor')) return null;
  return (
    <p className="pages">
      {params.has('cursor') && (
        <button type="button" onClick={() => to(undefined)}>
          {t.list.first}
        </button>
      )}
      {next !== null && (
        <button type="button" onClick={() => to(next)}>
          {t.list.next}
        </button>
      )}
    </p>
  );
}

/** The link of the next row, or of the one before; the first where none has the focus. */
function focusRow(body: HTMLElement | null, by: 1 | -1): void {
  const links = [...(body?.querySelectorAll<HTMLAnchorElement>('a.row') ?? [])];
  const here = links.findIndex((one) => one === document.activeElement);
  links[here === -1 ? 0 : Math.min(links.length - 1, Math.max(0, here + by))]?.focus();
}
