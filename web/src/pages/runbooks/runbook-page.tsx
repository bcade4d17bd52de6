import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link } from 'wouter';
import { get } from '../../api/client.js';
import { Block } from '../../parts/block.js';
import { useTitle } from '../../parts/title.js';
import { useTexts } from '../../texts/context.js';
import { ownTexts, useOwnTexts } from '../../texts/own.js';
import { Markdown } from './markdown.js';
import './runbook.css';

const texts = ownTexts({
  fr: () => ({ all: 'Toutes les règles', inEnglish: 'Cette fiche réflexe n’existe qu’en anglais.', print: 'Imprimer' }),
  en: () => ({ all: 'All rules', inEnglish: 'This runbook is in English alone.', print: 'Print' }),
});

interface Runbook {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly title_fr: string | null;
  readonly text_fr: string | null;
}

/** What is to be done when this rule fires? */
export function RuleRunbookPage({ id }: { readonly id: string }) {
  return <Asked path={`/v1/rules/${encodeURIComponent(id)}/runbook`} />;
}

/** The same by the name of its page, as other pages lead to it. */
export function RunbookPage({ name }: { readonly name: string }) {
  return <Asked path={`/v1/runbooks/${encodeURIComponent(name)}`} />;
}

function Asked({ path }: { readonly path: string }) {
  const answer = useQuery({
    queryKey: ['runbook', path],
    queryFn: ({ signal }) => get<{ runbook: Runbook }>(path, signal),
    staleTime: Infinity,
  });
  return (
    <Block answer={answer} isPage>
      {({ runbook }) => <Shown runbook={runbook} />}
    </Block>
  );
}

function Shown({ runbook }: { readonly runbook: Runbook }) {
  const t = useOwnTexts(texts);
  const { f } = useTexts();
  const french = f.locale === 'fr' ? runbook.text_fr : null;
  const text = french ?? runbook.text;
  useTitle((french !== null && runbook.title_fr) || runbook.title);
  useEffect(toTheHeading, [text]);
  return (
    <>
      <p className="over screen-only">
        <Link href="/rules">{t.all}</Link>{' '}
        <button type="button" onClick={() => print()}>
          {t.print}
        </button>
      </p>
      {f.locale === 'fr' && french === null && <p className="notice">{t.inEnglish}</p>}
      <article className="sheet runbook" lang={french === null ? 'en' : 'fr'}>
        <Markdown text={text} />
      </article>
    </>
  );
}

/** The heading that the address names is there only now; and the page around this one begins at its top. */
function toTheHeading(): void {
  const { hash } = location;
  if (hash === '') return;
  const place = [...document.querySelectorAll('.runbook [id]')].find(({ id }) => new URL(`#${id}`, location.href).hash === hash);
  if (place) requestAnimationFrame(() => place.scrollIntoView());
}
