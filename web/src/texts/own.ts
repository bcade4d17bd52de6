import { useMemo } from 'react';
import { useTexts } from './context.js';
import type { Format } from './format.js';

/** Texts that one page alone has, which come with it: the first page need not carry them. The English ones follow the French to compile. */
export interface OwnTexts<Words> {
  readonly fr: (f: Format) => Words;
  readonly en: (f: Format) => NoInfer<Words>;
}

/** Those of the chosen language. */
export function useOwnTexts<Words>(texts: OwnTexts<Words>): Words {
  const { f } = useTexts();
  return useMemo(() => texts[f.locale](f), [texts, f]);
}

/** Gives texts of their type: `ownTexts({ fr, en })`. */
export function ownTexts<Words>(texts: OwnTexts<Words>): OwnTexts<Words> {
  return texts;
}
