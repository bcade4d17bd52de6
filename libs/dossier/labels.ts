import { z } from 'zod';
import type { Value } from './dossier.js';

const text = z.strictObject({ fr: z.string(), en: z.string() });

/** The words of the form, by language: data, for the form changes. */
export const labels = z.strictObject({
  title: text,
  unknown: text,
  /** What CERT Santé asks, as fields of the dossier (`part.field`), in the order of its portal. */
  cert_sante: z.strictObject({ title: text, sections: z.array(z.strictObject({ heading: text, fields: z.array(z.string()) })) }),
  parts: z.record(z.string(), text),
  fields: z.record(z.string(), text),
  values: z.record(z.string(), text),
});
export type Labels = z.infer<typeof labels>;
export type Language = keyof z.infer<typeof text>;

/** A value in words: those of closed lists by their labels, others as they are. */
export function valueText({ unknown, values }: Labels, value: Value, language: Language): string {
  if (value === null) return unknown[language];
  if (Array.isArray(value)) return value.map((one) => values[one]?.[language] ?? one).join('; ');
  return typeof value === 'string' ? (values[value]?.[language] ?? value) : String(value);
}
