// files/: a dossier as people send it: each file the same bytes for the same input.
// dossier-files.ts is the door.

import type { Lengths } from '../deadlines.js';
import { type DossierInput, dossierOf } from '../dossier.js';
import type { Language } from '../labels.js';
import { sheetDocx } from './docx.js';
import { letterSheet } from './letter.js';
import { defaultTimezone } from './local-times.js';
import { sheetPdf } from './pdf.js';
import { certSanteSheet, cnilSheet } from './sheet.js';
import { shippedFonts, shippedLabels, shippedLetters } from '../shipped.js';
import { registerCsv, timelineCsv } from '../tables.js';

/** The files of a dossier but for its list, by their names: the same bytes for the same input. */
export const fileNames = [
  'dossier.json', 'manifest.json', 'register.csv', 'timeline.csv', 'cnil.pdf', 'cnil.docx', 'cert-sante.pdf', 'letter.fr.docx', 'letter.en.docx',
] as const; // prettier-ignore
export type FileName = (typeof fileNames)[number];

export interface FileOptions {
  /** Of the snapshot, as it was digested. */
  readonly manifest: string;
  readonly lengths: Lengths;
  /** Of what is for an authority; letters are in one of their own each. */
  readonly language: Language;
  /** `defaultTimezone` where it is left out. */
  readonly timezone?: string | undefined;
}

export async function dossierFile(
  name: FileName,
  input: DossierInput,
  { manifest, lengths, language, timezone = defaultTimezone }: FileOptions,
): Promise<string | Buffer> {
  const { frozen_at: frozenAt } = input.manifest;
  const sheetOptions = { labels: shippedLabels, language, timezone };
  const letter = (of: Language) =>
    sheetDocx(letterSheet(dossierOf(input), { ...sheetOptions, texts: shippedLetters, language: of }), frozenAt);
  const pdfOptions = { fonts: shippedFonts(), frozenAt };
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
      return sheetPdf(cnilSheet(dossierOf(input), sheetOptions), pdfOptions);
    case 'cnil.docx':
      return sheetDocx(cnilSheet(dossierOf(input), sheetOptions), frozenAt);
    case 'cert-sante.pdf':
      return sheetPdf(certSanteSheet(dossierOf(input), sheetOptions), pdfOptions);
    case 'letter.fr.docx':
      return letter('fr');
    case 'letter.en.docx':
      return letter('en');
  }
}
