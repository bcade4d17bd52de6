import { ruleTitleIn } from '#libs/texts/rule-titles.js';
import { useTexts } from '../texts/context.js';
import type { Locale } from '../texts/format.js';

/** The title of a rule in the chosen language. One of the house stands as it was given: nobody knows in which language. */
export function RuleTitle({ title }: { readonly title: string }) {
  const { f } = useTexts();
  return <>{ruleTitle(f.locale, title)}</>;
}

/** The same where a text is needed. */
export function ruleTitle(locale: Locale, title: string): string {
  return ruleTitleIn(locale, title) ?? title;
}
