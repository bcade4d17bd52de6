// files/: a dossier as people send it: each file the same bytes for the same input.
// dossier-files.ts is the door.

import type { Lengths } from '../deadlines.js';
import { type DossierInput, dossierOf } from '../dossier.js';
import type { Language } from '../labels.js';
import { defaultTimezone } from './local-times.js';
import { dossierPdf } from './pdf.js';
import { shippedFonts, shippedLabels } from '../shipped.js';
import { registerCsv, timelineCsv } from '../tables.js';

/** The files of a dossier but for its list, by their names: the same bytes for the same input. */
export const fileNames = ['dossier.json', 'manifest.json', 'register.csv', 'timeline.csv', 'cnil.pdf'] as const;
export type FileName = (typeof fileNames)[number];

export interface FileOptions {
  /** Of the snapshot, as it was digested. */
  readonly manifest: string;
  readonly lengths: Lengths;
  readonly language: Language;
  /** `defaultTimezone` where it is left out. */
  readonly timezone?: string | undefined;
}

export async function dossierFile(name: FileName, input: DossierInput, { manifest, lengths, language, timezone = defaultTimezone }: FileOptions): Promise<string | Buffer> {
  switch (name) {
    case 'dossier.json':
      return `${JSON.stringify(dossierOf(input), null, 2)}\n`;
    case 'manifest.json':
      return manifest;
    case 'register.csv':
      return registerCsv(dossierOf(input), input.facts);
    case 'timeline.csv':
      return timelineCsv(input.manifest, input.facts, input.actions, lengths);
    case 'cnil.pdf':
      return dossierPdf(dossierOf(input), { labels: shippedLabels, language, fonts: shippedFonts(), frozenAt: input.manifest.frozen_at, timezone });
  }
} // prettier-ignore
