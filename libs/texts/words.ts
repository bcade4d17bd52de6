import { DateTime } from 'luxon';
import { en } from './en.js';
import { fr } from './fr.js';
import type { Forms, Locale, Texts } from './texts.js';

const catalogue: Readonly<Record<Locale, Texts>> = { en, fr };

/** Regions whose numbers and dates are meant: `en` alone would be that of the United States. */
const regions: Readonly<Record<Locale, string>> = { en: 'en-GB', fr: 'fr-FR' };

/** Made once: making one takes longer than a thousand uses. */
const numbers = { en: new Intl.NumberFormat(regions.en), fr: new Intl.NumberFormat(regions.fr) };
const plurals = { en: new Intl.PluralRules(regions.en), fr: new Intl.PluralRules(regions.fr) };

export function textsOf(locale: Locale): Texts {
  return catalogue[locale];
}

/** `12,224`, `12 224`. */
export function numberIn(locale: Locale, value: number): string {
  return numbers[locale].format(value);
}

/** `1 patient`, `0 patients`: which form a number takes is the language's. */
export function countIn(locale: Locale, forms: Forms, count: number): string {
  const form = plurals[locale].select(count) === 'one' ? forms.one : forms.other;
  return form.replace('#', numberIn(locale, count));
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `15 min`, `72 h`, `4 days`, never more than there is. `ms` at least zero. */
export function spanIn(locale: Locale, ms: number): string {
  const { minutes, hours, days, underAMinute } = textsOf(locale);
  if (ms < minuteMs) return underAMinute;
  if (ms < 2 * hourMs) return countIn(locale, minutes, Math.floor(ms / minuteMs));
  if (ms <= 3 * dayMs) return countIn(locale, hours, Math.floor(ms / hourMs));
  return countIn(locale, days, Math.floor(ms / dayMs));
}

/**
 * `09:00 (Paris)`, with the day where it is another one there than `now`'s, and the distance to UTC in the hour that comes twice in
 * autumn. `time` and `now` are ISO, `zone` a name of the IANA list.
 */
export function momentIn(locale: Locale, time: string, now: string, zone: string): string {
  const texts = textsOf(locale);
  const [at, today] = [time, now].map((iso) => DateTime.fromISO(iso, { zone }).setLocale(regions[locale]));
  if (!at || !today) return time;
  const place = zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ');
  const twice = at.getPossibleOffsets().length > 1;
  const day = at.hasSame(today, 'day')
    ? undefined
    : at.toFormat(at.hasSame(today, 'year') ? texts.dayFormat : texts.dayFormatWithYear);
  return texts.moment(day, at.toFormat('HH:mm'), twice ? `${place}, UTC${at.toFormat('Z')}` : place);
}
