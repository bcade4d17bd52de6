import { ruleTitleIn } from '#libs/texts/rule-titles.js';
import { type Dossier, type Field } from '../dossier.js';
import { type Labels, type Language, valueText } from '../labels.js';
import { withLocalTimes } from './local-times.js';

/** What a file shows, whatever its format: a title, lines under it, and sections. */
export interface Sheet {
  readonly title: string;
  readonly language: Language;
  readonly head: readonly string[];
  readonly sections: readonly Section[];
}

export interface Section {
  /** Empty for one that has none. */
  readonly heading: string;
  readonly lines: readonly string[];
}

export interface SheetOptions {
  readonly labels: Labels;
  readonly language: Language;
  /** By whose clock times are shown beside UTC: a name of the IANA list. */
  readonly timezone: string;
}

/** Every answer of the dossier, to be read and copied from. */
export function cnilSheet(dossier: Dossier, options: SheetOptions): Sheet {
  const { labels, language } = options;
  const sections = Object.entries(dossier.parts).map(([part, fields]) => ({
    heading: labels.parts[part]?.[language] ?? part,
    lines: Object.entries(fields).map(([name, field]) => fieldLine(name, field, options)),
  }));
  return { title: labels.title[language], language, head: headLines(dossier), sections };
}

/** What the portal of CERT Santé asks of an incident, in its order, by the list of `labels.json`. */
export function certSanteSheet(dossier: Dossier, options: SheetOptions): Sheet {
  const { labels, language } = options;
  const sections = labels.cert_sante.sections.map(({ heading, fields }) => ({
    heading: heading[language],
    lines: fields.map((place) => {
      const [part = '', name = ''] = place.split('.');
      return fieldLine(name, dossier.parts[part]?.[name], options);
    }),
  }));
  return { title: labels.cert_sante.title[language], language, head: headLines(dossier), sections };
}

function fieldLine(name: string, field: Field | undefined, { labels, language, timezone }: SheetOptions): string {
  const label = labels.fields[name]?.[language] ?? name;
  const who = field?.source === 'person' ? ` (${field.by}, ${field.at})` : '';
  return withLocalTimes(
    `${label}${language === 'fr' ? ' : ' : ': '}${valueText(labels, titled(name, field, language), language)}${who}`,
    timezone,
  );
}

/** What Vigie says of how it was found is titles of rules: those that it brings along are told in the language of the file. */
function titled(name: string, field: Field | undefined, language: Language): Field['value'] {
  const value = field?.value ?? null;
  if (name !== 'how_discovered' || field?.source !== 'machine' || typeof value !== 'string') return value;
  return value
    .split('; ')
    .map((title) => ruleTitleIn(language, title) ?? title)
    .join('; ');
}

function headLines(dossier: Dossier): readonly string[] {
  const { case_id, controller_id, snapshot_id, list_sha256, manifest_sha256 } = dossier;
  return [
    `${controller_id} / ${case_id}`,
    `snapshot ${snapshot_id}`,
    `list SHA-256 ${list_sha256}`,
    `manifest SHA-256 ${manifest_sha256}`,
  ];
}
