import type { Dossier } from '../dossier.js';
import { withLocalTimes } from './local-times.js';
import { type Labels, type Language, valueText } from '../labels.js';

export interface PdfOptions {
  readonly labels: Labels;
  readonly language: Language;
  /** Files of the fonts, which are embedded. */
  readonly fonts: { readonly regular: string; readonly bold: string };
  /** Of the snapshot: the file's dates, so that it is the same bytes whenever it is made. */
  readonly frozenAt: string;
  /** By whose clock times are shown beside UTC: a name of the IANA list. */
  readonly timezone: string;
}

/** Margins of 2 cm, in points. */
const margin = 57;

/** A dossier as a tagged PDF (PDF/UA), the same bytes for the same dossier. */
export async function dossierPdf(dossier: Dossier, { labels, language, fonts, frozenAt, timezone }: PdfOptions): Promise<Buffer> {
  // Its fonts' tables take a good part of a start, and few processes ever make one.
  const { PDFDocument } = await import('pdfkit');
  const title = labels.title[language];
  const date = new Date(frozenAt);
  const document = new PDFDocument({
    subset: 'PDF/UA', pdfVersion: '1.7', tagged: true, lang: language === 'fr' ? 'fr-FR' : 'en-GB', displayTitle: true, size: 'A4', margin, font: fonts.regular,
    info: { Title: title, Author: 'Vigie', CreationDate: date, ModDate: date },
  }); // prettier-ignore
  document.registerFont('regular', fonts.regular).registerFont('bold', fonts.bold);
  const bytes = collected(document);
  const root = document.struct('Document');
  document.addStructure(root);
  root.add(document.struct('H1', () => document.font('bold').fontSize(16).text(title).moveDown(0.5)));
  for (const line of headLines(dossier)) root.add(document.struct('P', () => document.font('regular').fontSize(9).text(line)));
  for (const [part, fields] of Object.entries(dossier.parts)) {
    const heading = labels.parts[part]?.[language] ?? part;
    root.add(document.struct('H2', () => document.moveDown(0.8).font('bold').fontSize(12).text(heading).moveDown(0.2)));
    for (const [name, field] of Object.entries(fields)) {
      const label = labels.fields[name]?.[language] ?? name;
      const who = field.source === 'person' ? ` (${field.by}, ${field.at})` : '';
      const line = `${label}${language === 'fr' ? ' : ' : ': '}${valueText(labels, field.value, language)}${who}`;
      root.add(document.struct('P', () => document.font('regular').fontSize(10).text(withLocalTimes(line, timezone))));
    }
  }
  root.end();
  document.end();
  return bytes;
}

function headLines(dossier: Dossier): readonly string[] {
  const { case_id, controller_id, snapshot_id, list_sha256, manifest_sha256 } = dossier;
  return [`${controller_id} / ${case_id}`, `snapshot ${snapshot_id}`, `list SHA-256 ${list_sha256}`, `manifest SHA-256 ${manifest_sha256}`];
} // prettier-ignore

async function collected(document: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of document) pieces.push(piece);
  return Buffer.concat(pieces);
}
