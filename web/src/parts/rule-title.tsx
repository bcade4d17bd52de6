import { ruleTitleIn } from '#libs/texts/rule-titles.js';
import { useTexts } from '../texts/context.js';
import type { Locale } from '../texts/format.js';

/** The title of a rule in the chosen language. One of the house stands as it was given: nobody knows in which language. */
export function RuleTitle({ title }: { readonly title: string }) {
  const { f } = useTexts();
  const known = ruleTitleIn(f.locale, title);
  return known === undefined ? <Given text={title} /> : <>{known}</>;
}

/** Those of several, one behind the other. */
export function RuleTitles({ titles, between = ', ' }: { readonly titles: readonly string[]; readonly between?: string }) {
  return titles.map((title, place) => (
    <span key={title}>
      {place > 0 && between}
      <RuleTitle title={title} />
    </span>
  ));
}

/** What people of the house wrote, or called something: it is in no language of the page. */
export function Given({ text }: { readonly text: string }) {
  return (
    <span data-said="" translate="no">
      {text}
    </span>
  );
}

/** The same where a text is needed. */
export function ruleTitle(locale: Locale, title: string): string {
  return ruleTitleIn(locale, title) ?? title;
}
