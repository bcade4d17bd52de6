// parts/: what several pages are made of.
// Native elements; a colour never says anything that a word does not.

import type { CaseRow } from '#libs/contracts/case-row.js';
import { useTexts } from '../texts/context.js';

const shapes = { critical: '◆', high: '▲', medium: '●', low: '○', informational: '·' } as const;

/** How grave it is: a shape, a word and a colour. */
export function Level({ level }: { readonly level: CaseRow['level'] }) {
  const { t } = useTexts();
  return (
    <span className={`level level-${level}`}>
      <span aria-hidden="true">{shapes[level]}</span> {t.levels[level]}
    </span>
  );
}

export function Status({ status }: { readonly status: CaseRow['status'] }) {
  const { t } = useTexts();
  return <span className={`status status-${status}`}>{t.statuses[status]}</span>;
}
