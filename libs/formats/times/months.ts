import { Info } from 'luxon';

/** English and French, as loggers write them: whole, or cut off after three letters or as the language does. */
const languages = ['en', 'fr'] as const;

/** Names in one spelling, without accents and points, to the month from 1. `jui` alone may be June or July, and is none. */
const months: ReadonlyMap<string, number> = new Map(
  languages.flatMap((locale) =>
    (['long', 'short'] as const).flatMap((length) =>
      Info.months(length, { locale }).flatMap((name, index) =>
        [plain(name), plain(name).slice(0, 3)]
          .filter((spelling) => spelling !== 'jui')
          .map((spelling) => [spelling, index + 1] as const),
      ),
    ),
  ),
);

export function monthOf(name: string): number | undefined {
  return months.get(plain(name));
}

export function plain(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/[\p{M}.]/gu, '')
    .toLowerCase();
}
