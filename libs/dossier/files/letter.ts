import { DateTime } from 'luxon';
import { z } from 'zod';
import type { Dossier, Value } from '../dossier.js';
import { type Labels, type Language, valueText } from '../labels.js';
import type { Section, Sheet } from './sheet.js';

const text = z.string();
const words = z.strictObject({
  title: text,
  missing: text,
  greeting: text,
  nature_heading: text,
  nature: text,
  nature_ongoing: text,
  consequences_heading: text,
  consequences: text,
  measures_heading: text,
  measures: text,
  advice_heading: text,
  advice: z.array(text),
  contact_heading: text,
  contact: text,
  signature: text,
});

/** The sentences of the letter, by language, with `{names}` for what the dossier says: data, for a hospital writes its own. */
export const letterTexts = z.strictObject({ fr: words, en: words });
export type LetterTexts = z.infer<typeof letterTexts>;

export interface LetterOptions {
  readonly texts: LetterTexts;
  readonly labels: Labels;
  readonly language: Language;
  readonly timezone: string;
}

/**
 * The letter of article 34(2) to the persons of a controller: in plain words what happened, who answers, what may follow, what was done, and what to
 * do. It names nobody: names and addresses are the hospital's, which merges it with its own list. What nobody knows yet stands there to be completed.
 */
export function letterSheet({ parts }: Dossier, { texts, labels, language, timezone }: LetterOptions): Sheet {
  const said = texts[language];
  const of = (place: string): Value => {
    const [part = '', name = ''] = place.split('.');
    return parts[part]?.[name]?.value ?? null;
  };
  const shown = (...places: readonly string[]): string => {
    const known = places
      .map(of)
      .filter((value) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0));
    return known.length ? known.map((value) => valueText(labels, value, language)).join('; ') : said.missing;
  };
  const values: Readonly<Record<string, string>> = {
    name: shown('organisation.name'),
    began: dayOf(of('when.began_at'), language, timezone) ?? said.missing,
    ended: dayOf(of('when.ended_at'), language, timezone) ?? said.missing,
    data: shown('data.categories'),
    consequences: shown('consequences.effects', 'consequences.harms'),
    taken: shown('measures.taken'),
    planned: shown('measures.planned'),
    dpo_name: shown('organisation.dpo_name'),
    dpo_email: shown('organisation.dpo_email'),
    dpo_phone: shown('organisation.dpo_phone'),
    legal_representative: shown('organisation.legal_representative'),
  };
  const filled = (sentence: string): string =>
    sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? said.missing);
  const section = (heading: string, ...sentences: readonly string[]): Section => ({ heading, lines: sentences.map(filled) });
  return {
    title: said.title,
    language,
    head: [said.greeting],
    sections: [
      section(said.nature_heading, of('when.ended_at') === 'ongoing' ? said.nature_ongoing : said.nature),
      section(said.consequences_heading, said.consequences),
      section(said.measures_heading, said.measures),
      section(said.advice_heading, ...said.advice),
      section(said.contact_heading, said.contact, said.signature),
    ],
  };
}

/** The day of an instant where people live, as they write it. */
function dayOf(value: Value, language: Language, timezone: string): string | undefined {
  const local = DateTime.fromISO(typeof value === 'string' ? value : '', { zone: timezone });
  return local.isValid ? local.toFormat(language === 'fr' ? 'dd/MM/yyyy' : 'd MMMM yyyy', { locale: 'en-GB' }) : undefined;
}
